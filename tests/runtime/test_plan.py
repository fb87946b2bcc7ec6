"""Which steps lead from what is applied to a target. Drawings run from parent (left) to child (right)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimig.errors import HeadsError, HistoryError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.identifiers import Target
from minimig.runtime.plan import Direction, Plan, Step, check_history, make_plan
from support.graphs import graph, header

EVERYTHING = Target(None, None, everything=True)


def to(revision: str) -> Target:
    """The target `app.name`, or `app.zero`."""
    app, _, name = revision.partition(".")
    return Target(app, None if name == "zero" else revision)


def steps(known: MigrationGraph, applied: str, target: Target) -> str:
    """A plan as text: `+ a.1 a.2` forward, `- a.2 a.1` backward, "" for nothing to do."""
    plan = make_plan(known, applied.split(), target)
    sign = {Direction.FORWARD: "+ ", Direction.BACKWARD: "- ", None: ""}[plan.direction]
    assert {step.direction for step in plan} <= {plan.direction}
    return sign + " ".join(plan.revisions)


def test_a_plan_is_a_value() -> None:
    """Plans compare, count, iterate, and are false when there is nothing to do."""
    plan = make_plan(graph("a.1 a.2"), ["a.1"], EVERYTHING)
    assert plan == Plan((Step("a.2", Direction.FORWARD),))
    assert (len(plan), bool(plan), bool(Plan()), Plan().direction) == (1, True, False, None)
    assert [f"{step.direction} {step.revision}" for step in plan] == ["forward a.2"]


@pytest.mark.parametrize(
    ("applied", "target", "expected"),
    [
        ("", "a.2", "+ a.1 a.2"),
        ("a.1", "a.3", "+ a.2 a.3"),
        ("a.1 a.2 a.3", "a.3", ""),
        ("a.1 a.2 a.3", "a.1", "- a.3 a.2"),
        ("a.1 a.2", "a.1", "- a.2"),
        ("a.1 a.2", "a.2", ""),
        ("a.1 a.2 a.3", "a.zero", "- a.3 a.2 a.1"),
        ("", "a.zero", ""),
    ],
)
def test_a_chain(applied: str, target: str, expected: str) -> None:
    """1 - 2 - 3: forward to what is missing, backward to what is applied, nothing when it is reached."""
    assert steps(graph("a.1 a.2 a.3"), applied, to(target)) == expected


def test_everything_goes_to_all_heads() -> None:
    """Without a target all apps move, dependencies first; what is applied stays."""
    known = graph("a.1 a.2", "b.1 b.2", "b.2 a.2")
    assert steps(known, "", EVERYTHING) == "+ a.1 b.1 b.2 a.2"
    assert steps(known, "a.1 b.1", EVERYTHING) == "+ b.2 a.2"
    assert steps(known, "a.1 b.1 b.2 a.2", EVERYTHING) == ""
    assert steps(MigrationGraph([]), "", EVERYTHING) == ""


def test_a_diamond_is_applied_and_taken_back_once() -> None:
    r"""Both sides of a branch belong to what a merge needs, and are taken back in the reverse order.

    1 --- 2 --- 4
     \--- 3 ---/
    """
    known = graph("a.1 a.2 a.4", "a.1 a.3 a.4")
    assert steps(known, "a.1 a.3", to("a.4")) == "+ a.2 a.4"
    assert steps(known, "a.1", to("a.3")) == "+ a.3"
    assert steps(known, "a.1 a.2 a.3 a.4", to("a.1")) == "- a.4 a.3 a.2"
    # 3 does not depend on 2 and stays.
    assert steps(known, "a.1 a.2 a.3 a.4", to("a.2")) == "- a.4"
    assert steps(known, "a.1 a.2 a.3", to("a.2")) == ""


def test_forward_brings_what_other_apps_owe() -> None:
    """Only what the target needs of the other app is applied.

    a.1 --- a.2
             |
    b.1 --- b.2 --- b.3
    """
    known = graph("a.1 a.2", "b.1 b.2 b.3", "a.2 b.2")
    assert steps(known, "", to("b.1")) == "+ b.1"
    assert steps(known, "", to("b.2")) == "+ a.1 a.2 b.1 b.2"
    assert steps(known, "a.1 b.1", to("b.2")) == "+ a.2 b.2"


def test_backward_takes_what_depends_on_it_in_other_apps() -> None:
    """Going back to a.1 takes a.2 back, and first b.2, which is built on a.2.

    a.1 --- a.2
             |
    b.1 --- b.2 --- b.3
    """
    known = graph("a.1 a.2", "b.1 b.2 b.3", "a.2 b.2")
    every = "a.1 a.2 b.1 b.2 b.3"
    assert steps(known, every, to("a.1")) == "- b.3 b.2 a.2"
    assert steps(known, every, to("a.zero")) == "- b.3 b.2 a.2 a.1"
    assert steps(known, every, to("b.zero")) == "- b.3 b.2 b.1"
    assert steps(known, "a.1 a.2 b.1", to("a.1")) == "- a.2"


def test_backward_leaves_other_apps_that_depend_on_the_target_itself() -> None:
    """b.1 is built on a.1, which stays, so b.1 stays; b.2 is built on a.2 and goes.

    a.1 --- a.2
     |       |
    b.1 --- b.2
    """
    known = graph("a.1 a.2", "b.1 b.2", "a.1 b.1", "a.2 b.2")
    every = "a.1 a.2 b.1 b.2"
    assert steps(known, every, to("a.1")) == "- b.2 a.2"
    assert steps(known, "a.1 b.1", to("a.1")) == ""
    assert steps(known, every, to("a.zero")) == "- b.2 b.1 a.2 a.1"


def test_zero_takes_back_every_beginning() -> None:
    """An app with several bases is emptied through all of them; other apps that stand alone stay.

    a.1 --- a.3       b.1
    a.2 ---/
    """
    known = graph("a.1 a.3", "a.2 a.3", "b.1")
    assert steps(known, "a.1 a.2 a.3 b.1", to("a.zero")) == "- a.3 a.2 a.1"
    assert steps(known, "a.2 b.1", to("a.zero")) == "- a.2"


def test_run_before_counts_both_ways() -> None:
    """b.1, which asked to run before a.2, is applied first and taken back after it."""
    known = MigrationGraph([header("a.1"), header("a.2", "a.1"), header("b.1", run_before=("a.2",))])
    assert steps(known, "", to("a.2")) == "+ a.1 b.1 a.2"
    assert steps(known, "a.1 a.2 b.1", to("b.zero")) == "- a.2 b.1"


def test_two_heads_stop_everything_but_not_a_named_target() -> None:
    r"""All heads of a forked app are no goal; one of them, by name, is, and so is another app.

    a.1 --- a.2            b.1
       \--- a.3
    """
    known = graph("a.1 a.2", "a.1 a.3", "b.1")
    with pytest.raises(HeadsError, match=r"a has 2 heads: a\.2, a\.3"):
        make_plan(known, [], EVERYTHING)
    assert steps(known, "", to("a.3")) == "+ a.1 a.3"
    assert steps(known, "a.1 a.2 a.3", to("a.1")) == "- a.3 a.2"
    assert steps(known, "", to("b.1")) == "+ b.1"


def test_applied_revisions_without_a_file_are_left_alone() -> None:
    """The plan neither fails on them nor takes them back: reporting them is the caller's business."""
    known = graph("a.1 a.2")
    assert steps(known, "a.1 a.0_gone c.1", EVERYTHING) == "+ a.2"
    assert steps(known, "a.1 a.0_gone", to("a.zero")) == "- a.1"


def test_a_history_with_a_hole_names_both_ends() -> None:
    """An applied revision whose parent is not applied stops every plan, in its own app or across."""
    known = graph("a.1 a.2", "a.2 b.1")
    with pytest.raises(HistoryError, match=r"a\.2 is applied, but a\.1, which it depends on, is not") as caught:
        make_plan(known, ["a.2"], EVERYTHING)
    assert (caught.value.where, caught.value.exit_code) == (str(known.headers["a.2"].path), 7)
    assert "record it as applied" in str(caught.value.hint)
    with pytest.raises(HistoryError, match=r"b\.1 is applied, but a\.2"):
        check_history(known, {"a.1", "b.1"})
    check_history(known, {"a.1", "a.2", "b.1", "c.9"})


def test_a_hole_made_by_a_new_line_says_which_line() -> None:
    """`__latest__` that moved on, and a `run_before` that comes too late, each get their own way out."""
    moved = MigrationGraph([header("a.1"), header("a.2", "a.1"), header("b.1", "a.__latest__")])
    with pytest.raises(HistoryError) as caught:
        check_history(moved, ["a.1", "b.1"])
    assert "`a.__latest__` moves with every new revision" in str(caught.value.hint)
    late = MigrationGraph([header("a.1"), header("b.1", run_before=("a.1",))])
    with pytest.raises(HistoryError) as caught:
        check_history(late, ["a.1"])
    assert "take a.1 out of `run_before`" in str(caught.value.hint)


def test_five_thousand_steps() -> None:
    """A long history is planned in both directions without recursion."""
    names = [f"a.{number:04}" for number in range(5000)]
    known = graph(" ".join(names))
    assert make_plan(known, [], EVERYTHING).revisions == tuple(names)
    assert make_plan(known, names, to("a.zero")).revisions == tuple(reversed(names))


@st.composite
def histories(draw: st.DrawFn) -> tuple[MigrationGraph, frozenset[str], str]:
    """A random graph of two apps, a consistent set of applied revisions, and one revision to go to."""
    count = draw(st.integers(1, 12))
    revisions = [f"{draw(st.sampled_from('ab'))}.{number:02}" for number in range(count)]
    made = []
    for index, revision in enumerate(revisions):
        earlier = st.lists(st.sampled_from(revisions[:index]), max_size=2, unique=True) if index else st.just([])
        made.append(header(revision, *draw(earlier)))
    known = MigrationGraph(made)
    wanted = draw(st.lists(st.sampled_from(revisions), max_size=4))
    return known, known.ancestors(wanted), draw(st.sampled_from(revisions))


@given(histories())
def test_every_plan_keeps_the_history_whole(history: tuple[MigrationGraph, frozenset[str], str]) -> None:
    """No step leaves a hole; at the end the target is applied and there is nothing left to do."""
    known, applied, target = history
    now = set(applied)
    for step in make_plan(known, applied, to(target)):
        assert (step.revision in now) is (step.direction is Direction.BACKWARD)
        now ^= {step.revision}
        check_history(known, now)
    assert target in now
    assert not make_plan(known, now, to(target))


@given(histories())
def test_zero_leaves_nothing_of_the_app(history: tuple[MigrationGraph, frozenset[str], str]) -> None:
    """Going to zero removes the app and keeps the rest of the history whole."""
    known, applied, target = history
    app = target.partition(".")[0]
    now = applied - set(make_plan(known, applied, to(f"{app}.zero")).revisions)
    assert not [revision for revision in now if revision.startswith(f"{app}.")]
    check_history(known, now)
