"""The graph beside a list: lanes and lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minimig.commands.exploring.lanes import Lanes, Line, Place, lanes


def places(*rows: str) -> list[Place]:
    """`"b < a"` is a revision of the app `x` behind another; `"y.b"` is one of another app."""
    found = []
    for row in rows:
        name, _, parents = row.partition(" < ")
        found.append(Place(name, name.partition(".")[0] if "." in name else "x", tuple(parents.split())))
    return found


def test_a_plain_history_is_one_line() -> None:
    """Revisions one behind the other share a lane."""
    assert lanes(places("a", "b < a", "c < b")) == Lanes((0, 0, 0), (Line(0, 1, 0), Line(1, 2, 0)), 1)


def test_a_branch_has_a_lane_until_it_is_merged() -> None:
    """The second child gets a lane of its own, and its line joins the merge in that lane."""
    found = lanes(places("a", "b < a", "c < a", "d < b c", "e < d"))
    assert found.lane_of == (0, 0, 1, 0, 0)
    assert set(found.lines) == {Line(0, 1, 0), Line(0, 2, 1), Line(1, 3, 0), Line(2, 3, 1), Line(3, 4, 0)}


def test_apps_stand_side_by_side() -> None:
    """Each app has its own lanes, in the order in which the apps begin, however their revisions alternate."""
    found = lanes(places("y.a", "z.a", "y.b < y.a", "y.c < y.a", "z.b < z.a"))
    assert found.lane_of == (0, 2, 0, 1, 2)
    assert found.width == 3


def test_no_revision_has_no_lane() -> None:
    """An empty history is drawn as nothing."""
    assert lanes([]) == Lanes((), (), 0)


@st.composite
def histories(draw: st.DrawFn) -> list[Place]:
    """Any history of up to twenty revisions of two apps, each with up to three parents of its own app before it."""
    found: list[Place] = []
    for number in range(draw(st.integers(0, 20))):
        app = draw(st.sampled_from("xy"))
        older = [place.revision for place in found if place.app == app]
        parents = draw(st.lists(st.sampled_from(older), max_size=3, unique=True)) if older else []
        found.append(Place(f"{app}.{number}", app, tuple(parents)))
    return found


@given(histories())
def test_two_lines_never_share_a_lane(history: list[Place]) -> None:
    """A lane holds one line at each height, and no line runs through a revision that it does not belong to."""
    found = lanes(history)
    number_of = {place.revision: number for number, place in enumerate(history)}
    wanted = {(number_of[parent], number) for number, place in enumerate(history) for parent in place.parents}
    assert {(line.parent, line.child) for line in found.lines} == wanted
    for line in found.lines:
        assert line.lane in {found.lane_of[line.parent], found.lane_of[line.child]}
        between = range(line.parent + 1, line.child)
        assert all(found.lane_of[number] != line.lane for number in between)
        for other in found.lines:
            if other.lane == line.lane and (other.parent, other.child) != (line.parent, line.child):
                joined = other.child == line.child or other.parent == line.parent
                apart = other.child <= line.parent or line.child <= other.parent
                assert joined or apart
