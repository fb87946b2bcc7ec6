"""Where cards stand."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from minimig.commands.exploring.diagram import Box, layout


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have a point in common."""
    apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
    apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (apart_x or apart_y)


def test_what_is_pointed_to_stands_to_the_left() -> None:
    """Users, their posts, and the comments on those read from left to right."""
    users, posts, comments = 0, 1, 2
    boxes = layout(dict.fromkeys(range(3), (200, 100)), {(posts, users), (comments, posts), (comments, users)})
    assert boxes[users].x < boxes[posts].x < boxes[comments].x


def test_a_circle_of_tables_has_a_place() -> None:
    """Tables that point to each other, or to themselves, are laid out like any others."""
    boxes = layout(dict.fromkeys(range(3), (200, 100)), {(0, 1), (1, 2), (2, 0), (1, 1)})
    assert sorted({box.x for box in boxes.values()}) == sorted(box.x for box in boxes.values())


def test_tables_without_keys_come_last_and_in_several_columns() -> None:
    """Many tables that have nothing to do with each other fill about a screen, and no endless column."""
    boxes = layout(dict.fromkeys(range(42), (200, 300)), {(1, 0)})
    assert min(boxes[number].x for number in range(2, 42)) > boxes[1].x
    width = max(box.x + box.width for box in boxes.values())
    height = max(box.y + box.height for box in boxes.values())
    assert 0.5 < width / height < 2.5


def test_nothing_has_no_place() -> None:
    """A history without tables has a diagram without cards."""
    assert layout({}, ()) == {}


@given(
    st.dictionaries(st.integers(0, 11), st.tuples(st.integers(150, 300), st.integers(60, 400)), min_size=1),
    st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20),
)
def test_cards_never_overlap(sizes: dict[int, tuple[int, int]], links: set[tuple[int, int]]) -> None:
    """Whatever points to what, each card has a place of its own size, right of and below zero."""
    boxes = layout(sizes, {link for link in links if set(link) <= sizes.keys()})
    assert boxes.keys() == sizes.keys()
    assert all(box.x >= 0 and box.y >= 0 and box.height == sizes[slot][1] for slot, box in boxes.items())
    assert not [pair for pair in combinations(boxes.values(), 2) if overlap(*pair)]
