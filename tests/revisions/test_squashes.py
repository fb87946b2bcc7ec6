"""When a squashed revision stands for what it replaces, and when it makes way."""

from __future__ import annotations

import pytest

from minimig.errors import GraphError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from support.graphs import header

CHAIN = [header("a.1"), header("a.2", "a.1"), header("a.3", "a.2"), header("a.4", "a.3"), header("b.1", "a.2")]
SQUASH = header("a.1_squashed_3", replaces=("a.1", "a.2", "a.3"))


def edges(graph: MigrationGraph) -> dict[str, tuple[str, ...]]:
    """Each revision with its parents."""
    return {revision: graph.parents(revision) for revision in graph.order()}


def without(headers: list[Header], *names: str) -> list[Header]:
    """The headers without some files."""
    return [each for each in headers if each.name not in names]


@pytest.mark.parametrize("applied", [(), ("a.1", "a.2", "a.3"), ("a.1_squashed_3",), ("a.1_squashed_3", "a.4")])
def test_a_squash_stands_for_none_or_all(applied: tuple[str, ...]) -> None:
    """What came after a replaced revision comes after the squash, in other apps too; replaced files may be gone."""
    expected = {"a.1_squashed_3": (), "a.4": ("a.1_squashed_3",), "b.1": ("a.1_squashed_3",)}
    assert edges(MigrationGraph([*CHAIN, SQUASH], applied)) == expected
    assert edges(MigrationGraph([*without(CHAIN, "2", "3"), SQUASH], applied)) == expected


@pytest.mark.parametrize("applied", [("a.1",), ("a.1", "a.2"), ("a.1", "a.2", "b.1")])
def test_a_squash_makes_way_for_a_part(applied: tuple[str, ...]) -> None:
    """Then everything is as if it were not there, and what depends on it depends on the last revision it replaces."""
    after = header("a.5", "a.1_squashed_3")
    graph = MigrationGraph([*CHAIN, SQUASH, after], applied)
    assert edges(graph) == {
        "a.1": (),
        "a.2": ("a.1",),
        "a.3": ("a.2",),
        "a.4": ("a.3",),
        "a.5": ("a.3",),
        "b.1": ("a.2",),
    }
    assert graph.hidden == {"a.1_squashed_3": "a.3"}


def test_a_squash_counts_as_applied_when_all_of_it_is() -> None:
    """Its row need not be there yet; a part is not enough."""
    everything = {"a.1", "a.2", "a.3"}
    assert MigrationGraph([*CHAIN, SQUASH], everything).effective(everything) == everything | {"a.1_squashed_3"}
    assert MigrationGraph([*CHAIN, SQUASH], {"a.1"}).effective({"a.1"}) == {"a.1"}


def test_a_part_whose_rest_is_gone_is_refused() -> None:
    """The error names the files that have to come back."""
    with pytest.raises(GraphError, match=r"files of the rest are gone: a\.3"):
        MigrationGraph([*without(CHAIN, "3"), SQUASH], {"a.1", "a.2"})


def test_a_squash_of_squashes() -> None:
    """The widest that fits stands; where it does not, the ones within are looked at by themselves."""
    wide = header("a.1_all", replaces=("a.1_squashed_3", "a.4"))
    everything = [*CHAIN, SQUASH, wide]
    assert edges(MigrationGraph(everything)) == {"a.1_all": (), "b.1": ("a.1_all",)}
    partly = MigrationGraph(everything, {"a.1", "a.2", "a.3"})
    assert edges(partly) == {"a.1_squashed_3": (), "a.4": ("a.1_squashed_3",), "b.1": ("a.1_squashed_3",)}
    assert set(edges(MigrationGraph(everything, {"a.1"}))) == {"a.1", "a.2", "a.3", "a.4", "b.1"}
    assert set(edges(MigrationGraph(everything, {"a.1_squashed_3", "a.4"}))) == {"a.1_all", "b.1"}


def test_a_squash_of_several_apps() -> None:
    """Links into each of the apps lead to it."""
    both = header("a.1_both", replaces=("a.1", "a.2", "b.1"))
    found = edges(MigrationGraph([*CHAIN, header("b.2", "b.1"), both]))
    assert found == {"a.1_both": (), "a.3": ("a.1_both",), "a.4": ("a.3",), "b.2": ("a.1_both",)}


def test_without_squashes_each_revision_is_shown() -> None:
    """For a target inside a squash."""
    assert set(MigrationGraph([*CHAIN, SQUASH], squashed=False).order()) == {"a.1", "a.2", "a.3", "a.4", "b.1"}


@pytest.mark.parametrize(
    "squashes",
    [
        [header("a.5", replaces=("a.5",))],
        [header("a.5", replaces=("a.6",)), header("a.6", replaces=("a.5",))],
    ],
)
def test_a_squash_that_replaces_itself_is_refused(squashes: list[Header]) -> None:
    """Directly, or through another."""
    with pytest.raises(GraphError, match="replaces itself"):
        MigrationGraph([*CHAIN, *squashes])
