"""Names of new revision files."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from minimig import ops
from minimig.operations.base import Operation
from minimig.revisions.names import file_name, merge_name, next_number, sanitized, slug, summary
from support.values_to_write import step


def add(name: str, table: str = "posts") -> Operation:
    """A column added to a table."""
    return ops.AddColumn(table, sa.Column(name, sa.Integer))


def create(name: str) -> Operation:
    """A table created."""
    return ops.CreateTable(name, sa.Column("id", sa.Integer, primary_key=True))


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([add("slug")], "add_slug_to_posts"),
        ([add("slug"), add("views")], "add_slug_and_views_to_posts"),
        ([add("slug"), ops.CreateIndex("ix_posts_slug", "posts", ["slug"])], "add_slug_to_posts"),
        ([create("tags"), ops.CreateIndex("ix_tags_id", "tags", ["id"])], "create_tags"),
        ([create("tags"), create("authors")], "create_tags_and_authors"),
        ([ops.DropTable("a"), ops.DropTable("b")], "drop_a_and_b"),
        ([ops.DropColumn("posts", "a"), ops.DropColumn("posts", "b")], "drop_a_and_b_from_posts"),
        ([ops.CreateIndex("ix_posts_slug", "posts", ["slug"])], "create_ix_posts_slug"),
        ([ops.RenameColumn("posts", "a", "b")], "rename_a_to_b_on_posts"),
        ([ops.AlterColumn("posts", "a", nullable=True)], "alter_a_on_posts"),
        ([add("a"), ops.AlterColumn("posts", "b", nullable=True)], "add_a_to_posts_alter_b_on_posts"),
        ([add(f"column_number_{n}") for n in range(6)], "alter_posts"),
        ([create(f"table_number_{n}") for n in range(6)], "create_table_number_0_and_table_number_1_and_more"),
        ([ops.RunPython(step)], "step"),
        ([ops.RunSQL("x")], "custom"),
        ([], "custom"),
        ([add("naïve Ünit"), add("b", "Größe")], "add_naive_unit_to_posts_add_b_to_groe"),
    ],
)
def test_a_summary_says_what_the_operations_do(operations: list[Operation], expected: str) -> None:
    """What is done to one table is said once, and what comes along with it is left unsaid."""
    assert summary(operations) == expected


def test_numbers_follow_the_highest() -> None:
    """The next number is one more than any in front of a name; names without number do not count."""
    assert next_number([]) == 1
    assert next_number(["0001_initial", "0012_x", "0003_y", "free"]) == 13
    assert next_number(["20240101_x"]) == 20240102


def test_the_first_file_is_called_initial() -> None:
    """The first file of an app is `0001_initial`, the ones after it are named for what they do."""
    assert file_name([], [create("posts")]) == "0001_initial"
    assert file_name(["0001_initial"], [add("slug")]) == "0002_add_slug_to_posts"
    assert file_name(["0001_initial"], []) == "0002_custom"


def test_a_given_name_is_used_and_made_safe() -> None:
    """The name that somebody asks for comes after the number, in letters that every file system holds."""
    assert file_name(["0001_initial"], [add("slug")], "Add the slug!") == "0002_add_the_slug"
    assert file_name(["0001_initial"], [add("slug")], "日本") == "0002_add_slug_to_posts"


def test_merges_are_named_for_what_they_join() -> None:
    """A merge names both heads without their numbers, whatever order they come in, and stays short."""
    heads = ["0002_add_views", "blog.0002_add_slug"]
    assert merge_name(["0001_initial", "0002_add_slug"], heads) == "0003_merge_add_slug_and_add_views"
    assert merge_name(["0002_a"], heads, "Peace") == "0003_peace"
    assert len(merge_name([], [f"0002_a_very_long_name_for_head_number_{n}" for n in range(9)])) < 75


def test_a_slug_is_cut_between_words() -> None:
    """A long message becomes as many whole words as fit."""
    assert slug("Give posts a unique slug.") == "give_posts_a_unique_slug"
    assert slug("a" * 80) == "a" * 50
    assert slug("word " * 30) == "_".join(["word"] * 10)


@given(st.text())
def test_any_text_becomes_a_safe_name(text: str) -> None:
    """Whatever a table is called, only a-z, 0-9 and single underscores inside get into a file name."""
    assert re.fullmatch(r"([a-z0-9]+(_[a-z0-9]+)*)?", sanitized(text))


@given(st.lists(st.tuples(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40)), min_size=1, max_size=6))
def test_any_summary_is_short(pairs: list[tuple[str, str]]) -> None:
    """However long the names of tables and columns, the name of the file stays short and is never empty."""
    found = summary([add(column, table) for column, table in pairs])
    assert 1 <= len(found) <= 60
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", found)
