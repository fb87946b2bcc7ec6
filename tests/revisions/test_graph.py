"""The graph of revisions. Drawings run from parent (left) to child (right)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimig.errors import GraphError, HeadsError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from support.graphs import graph, header, headers


def test_an_empty_graph() -> None:
    """No files is no error: a project starts this way."""
    empty = MigrationGraph([])
    assert (empty.apps(), empty.heads(), empty.bases(), empty.order()) == ((), (), (), ())
    assert empty.head("blog") is None
    empty.check_single_heads()


def test_a_chain() -> None:
    """1 - 2 - 3: one base, one head, neighbours, and everything before or after, itself included."""
    chain = graph("a.1 a.2 a.3")
    assert (chain.bases("a"), chain.heads("a"), chain.head("a")) == (("a.1",), ("a.3",), "a.3")
    assert (chain.parents("a.2"), chain.children("a.2")) == (("a.1",), ("a.3",))
    assert chain.ancestors(["a.2"]) == {"a.1", "a.2"}
    assert chain.descendants(["a.2"]) == {"a.2", "a.3"}
    assert (chain.branches(), chain.merges()) == ((), ())
    assert chain.headers["a.2"].dependencies == ("a.1",)


def test_a_diamond() -> None:
    r"""A branch at 1 and a merge at 4, each side visited once.

    1 --- 2 --- 4
     \--- 3 ---/
    """
    diamond = graph("a.1 a.2 a.4", "a.1 a.3 a.4")
    assert diamond.order() == ("a.1", "a.2", "a.3", "a.4")
    assert (diamond.branches(), diamond.merges()) == (("a.1",), ("a.4",))
    assert (diamond.children("a.1"), diamond.parents("a.4")) == (("a.2", "a.3"), ("a.2", "a.3"))
    assert diamond.conflicts() == {}
    assert diamond.ancestors(["a.4"]) == diamond.descendants(["a.1"]) == set(diamond.order())


def test_several_bases() -> None:
    """Two beginnings that a merge joins are two bases and one head.

    1 --- 3 --- 4
    2 ---/
    """
    joined = graph("a.1 a.3 a.4", "a.2 a.3")
    assert (joined.bases("a"), joined.heads("a"), joined.merges()) == (("a.1", "a.2"), ("a.4",), ("a.3",))


def test_two_heads_are_a_conflict() -> None:
    r"""Two heads are named, with the command that joins them; other apps are left out.

    a.1 --- a.2            b.1
       \--- a.3
    """
    forked = graph("a.1 a.2", "a.1 a.3", "b.1")
    assert forked.conflicts() == {"a": ("a.2", "a.3")}
    assert forked.heads() == ("a.2", "a.3", "b.1")
    assert forked.head("b") == "b.1"
    for ask in (forked.check_single_heads, lambda: forked.head("a")):
        with pytest.raises(HeadsError, match=r"a has 2 heads: a\.2, a\.3") as caught:
            ask()
        assert "minimig makemigrations --merge a" in str(caught.value.hint)


def test_check_single_heads_names_every_app() -> None:
    """Two apps in conflict are reported together, not one after the other."""
    with pytest.raises(HeadsError, match=r"a has 2 heads: a\.1, a\.2; b has 2 heads: b\.1, b\.2"):
        graph("a.1", "a.2", "b.1", "b.2").check_single_heads()


def test_heads_and_bases_ignore_other_apps() -> None:
    """A dependency on another app makes neither a branch nor a merge, and takes no head or base away.

    a.1 --- a.2 --- a.3
             |
    b.1 --- b.2
    """
    two = graph("a.1 a.2 a.3", "b.1 b.2", "a.2 b.2", "b.1 a.3")
    assert (two.heads("a"), two.heads("b")) == (("a.3",), ("b.2",))
    assert (two.bases("a"), two.bases("b")) == (("a.1",), ("b.1",))
    assert (two.branches(), two.merges()) == ((), ())
    assert two.parents("b.2") == ("a.2", "b.1")
    assert two.ancestors(["b.2"]) == {"a.1", "a.2", "b.1", "b.2"}
    assert (two.apps(), two.revisions("b"), two.revisions("c")) == (("a", "b"), ("b.1", "b.2"), ())


def test_order_keeps_apps_together() -> None:
    """An app's chain runs on until another app has to come first, and goes on right after that.

    a.1 --- a.2 --- a.3
             |
    b.1 --- b.2 --- b.3
    """
    assert graph("a.1 a.2 a.3", "b.1 b.2 b.3", "b.2 a.2").order() == (
        "a.1",
        "b.1",
        "b.2",
        "a.2",
        "a.3",
        "b.3",
    )


def test_order_compares_numbers_as_numbers() -> None:
    """9 comes before 10, and the name decides between equal numbers."""
    assert graph("a.10_x", "a.9_y", "a.010_a", "a.x").order() == ("a.9_y", "a.010_a", "a.10_x", "a.x")


def test_order_of_some() -> None:
    """A part of the graph keeps the order of the whole, even where its links run outside the part."""
    assert graph("b.1 a.2", "a.2 a.1").order(["a.1", "b.1"]) == ("b.1", "a.1")


def test_run_before_is_a_dependency_turned_around() -> None:
    """b.2 asks to run before a.1, which thereby comes after it.

    b.1 --- b.2 --- a.1
    """
    turned = MigrationGraph([header("a.1"), header("b.1"), header("b.2", "b.1", run_before=("a.1",))])
    assert turned.order() == ("b.1", "b.2", "a.1")
    assert turned.parents("a.1") == ("b.2",)


def test_first_and_latest_are_resolved() -> None:
    r"""`a.__first__` is every base of a and `a.__latest__` every head, in both directions.

    a.1 --- a.2 --- b.2
      \
        b.1
    """
    known = [header("a.1"), header("a.2", "a.1")]
    placed = MigrationGraph([*known, header("b.1", "a.__first__"), header("b.2", "a.__latest__")])
    assert (placed.parents("b.1"), placed.parents("b.2")) == (("a.1",), ("a.2",))
    before = MigrationGraph([*known, header("b.1", run_before=("a.__first__",))])
    assert before.order() == ("b.1", "a.1", "a.2")
    several = MigrationGraph([header("a.1"), header("a.2"), header("b.1", "a.__first__", "a.__latest__")])
    assert several.parents("b.1") == ("a.1", "a.2")


def test_symbols_of_the_own_app_are_refused() -> None:
    """A revision cannot come after the latest of an app whose latest it may be."""
    with pytest.raises(GraphError, match=r"a\.2 refers to a\.__latest__, a place in its own app"):
        MigrationGraph([header("a.1"), header("a.2", "a.__latest__")])


def test_a_missing_dependency_names_file_and_neighbours() -> None:
    """The error has both revisions, the file to correct, and the nearest name there is."""
    with pytest.raises(GraphError, match=r"b\.1 depends on a\.0001_inital, which does not exist") as caught:
        MigrationGraph([header("a.0001_initial"), header("b.1", "a.0001_inital")])
    assert caught.value.where == str(Path("b", "1.py"))
    assert "did you mean 0001_initial?" in str(caught.value.hint)


@pytest.mark.parametrize("wanted", ["acount.1", "acount.__latest__"])
def test_a_missing_app_is_told_apart(wanted: str) -> None:
    """When the app itself is unknown, apps are offered instead of names."""
    with pytest.raises(GraphError, match=rf"b\.1 depends on {wanted}, and no app acount has revisions") as caught:
        MigrationGraph([header("account.1"), header("b.1", wanted)])
    assert "did you mean account?" in str(caught.value.hint)


def test_a_missing_run_before_is_an_error() -> None:
    """`run_before` is checked like a dependency, and the hint names the line to correct."""
    with pytest.raises(GraphError, match=r"a\.1 is to run before b\.1, and no app b") as caught:
        MigrationGraph([header("a.1", run_before=("b.1",))])
    assert "correct `run_before`" in str(caught.value.hint)


def test_duplicates_name_both_files() -> None:
    """One revision in two folders is never a silent choice."""
    first = header("a.1")
    second = replace(first, path=Path("other", "1.py"))
    for both in ([first, second], [second, first]):
        with pytest.raises(GraphError, match=r"two files are revision a\.1") as caught:
            MigrationGraph(both)
        assert str(first.path) in caught.value.message
        assert str(second.path) in caught.value.message


def test_a_cycle_is_listed_from_its_smallest_member() -> None:
    r"""The circle is the same text whichever file was read first; what merely hangs on it is left out.

    a.0 --- b.2 --- c.1 --- d.1
             \      /
              a.9
    """
    knot = headers("b.2 c.1 a.9 b.2", "a.0 b.2", "c.1 d.1")
    for files in (knot, knot[::-1], knot[2:] + knot[:2]):
        with pytest.raises(GraphError, match=r"in a circle: a\.9 -> c\.1 -> b\.2 -> a\.9 \(") as caught:
            MigrationGraph(files)
        assert caught.value.where == str(Path("a", "9.py"))
        assert "split one of them in two" in str(caught.value.hint)


def test_the_shortest_cycle_is_shown() -> None:
    """Of two circles through the same revision the shorter one explains more."""
    with pytest.raises(GraphError, match=r"circle: a\.1 -> a\.4 -> a\.1 \("):
        graph("a.1 a.2 a.3 a.1", "a.1 a.4 a.1")


def test_a_revision_that_depends_on_itself() -> None:
    """The smallest circle has one member."""
    with pytest.raises(GraphError, match=r"circle: a\.1 -> a\.1 \("):
        MigrationGraph([header("a.1", "a.1")])


def test_run_before_can_close_a_cycle() -> None:
    """A circle made of one dependency and one `run_before` is found as well."""
    with pytest.raises(GraphError, match=r"circle: a\.1 -> b\.1 -> a\.1 \("):
        MigrationGraph([header("a.1", "b.1"), header("b.1", "a.1")])
    with pytest.raises(GraphError, match=r"circle: a\.1 -> b\.1 -> a\.1 \("):
        MigrationGraph([header("a.1", "b.1", run_before=("b.1",)), header("b.1")])


@pytest.mark.parametrize("method", ["parents", "children"])
def test_questions_about_unknown_revisions(method: str) -> None:
    """Asking for what is not there gives the nearest name, not a KeyError."""
    chain = graph("a.0001_initial a.0002_slug")
    with pytest.raises(GraphError, match=r"there is no revision a\.0001") as caught:
        getattr(chain, method)("a.0001")
    assert caught.value.hint is not None
    for ask in (chain.ancestors, chain.descendants, chain.order):
        with pytest.raises(GraphError, match=r"there is no revision x\.1"):
            ask(["a.0001_initial", "x.1"])


def test_the_graph_cannot_be_changed() -> None:
    """Headers are read-only, and the graph that networkx gets is frozen."""
    chain = graph("a.1")
    with pytest.raises(TypeError):
        chain.headers["a.2"] = header("a.2")  # type: ignore[index]
    with pytest.raises(nx.NetworkXError, match=r"[Ff]rozen"):
        chain.to_networkx().add_node("a.2")


def test_five_thousand_revisions() -> None:
    """A long chain is built and walked without recursion and without quadratic work."""
    names = [f"a.{number:04}" for number in range(5000)]
    start = time.perf_counter()
    long = graph(" ".join(names))
    assert long.order() == tuple(names)
    assert (long.head("a"), long.bases("a")) == ("a.4999", ("a.0000",))
    assert len(long.ancestors(["a.4999"])) == len(long.descendants(["a.0000"])) == 5000
    assert [long.parents(name) for name in names[1:]] == [(name,) for name in names[:-1]]
    assert time.perf_counter() - start < 3, "0.1 s expected; quadratic work would take far longer"


def test_a_cycle_of_five_thousand() -> None:
    """Even a giant circle is an error message and not a RecursionError."""
    with pytest.raises(GraphError, match="in a circle"):
        graph(" ".join([f"a.{number:04}" for number in range(5000)] + ["a.0000"]))


def test_order_does_not_depend_on_the_hash_seed() -> None:
    """Two processes with different hash seeds print the same order."""
    code = (
        "from support.graphs import graph\n"
        "print(graph(*(f'app{n % 7}.{n} app{n % 5}.x{n} app{n % 3}.y{n}' for n in range(60))).order())"
    )
    path = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parents[2])])
    orders = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(orders) == 1


@st.composite
def random_headers(draw: st.DrawFn) -> list[Header]:
    """Headers of up to three apps whose dependencies only point back in a hidden order: never a cycle."""
    size = draw(st.integers(1, 20))
    numbers = draw(st.permutations(range(size)))
    revisions = [f"{draw(st.sampled_from('abc'))}.{number}" for number in numbers]
    made: list[Header] = []
    for index, revision in enumerate(revisions):
        earlier = st.lists(st.sampled_from(revisions[:index]), max_size=3, unique=True) if index else st.just([])
        made.append(header(revision, *draw(earlier)))
    return made


@given(random_headers(), st.randoms(use_true_random=False))
def test_order_respects_every_edge_and_no_accident(made: list[Header], random) -> None:
    """Whatever the graph: parents first, every revision once, and the order of files plays no part."""
    built = MigrationGraph(made)
    order = built.order()
    rank = {revision: place for place, revision in enumerate(order)}
    assert sorted(order) == sorted(known.revision for known in made)
    assert all(rank[parent] < rank[known.revision] for known in made for parent in known.dependencies)
    shuffled = list(made)
    random.shuffle(shuffled)
    again = MigrationGraph(replace(known, dependencies=known.dependencies[::-1]) for known in shuffled)
    assert again.order() == order
    assert again.heads() == built.heads()
    assert again.branches() == built.branches()


@given(random_headers())
def test_ancestors_and_descendants_agree_with_networkx(made: list[Header]) -> None:
    """Our closures, which include their start, are networkx's plus the start, and mirror each other."""
    built = MigrationGraph(made)
    graph = built.to_networkx()
    assert set(graph) == set(built.order())
    for revision in built.order():
        assert built.ancestors([revision]) == nx.ancestors(graph, revision) | {revision}
        assert built.descendants([revision]) == nx.descendants(graph, revision) | {revision}
