"""What the autodetector says about named enums: one operation for all columns, in a form that can be executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.partition import partition
from minimig.autogenerate.questioner import Answers
from minimig.errors import QuestionError
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.schemas import dice


def schema(*labels: str, name: str | None = "status", default: str | None = None, **options: Any) -> SchemaState:
    """Two tables that share an enum; `check` is SQL over it, `where` a partial index on it, `more` another table."""
    metadata = sa.MetaData()

    def status() -> sa.Enum:
        return sa.Enum(*labels, name=name)

    posts = sa.Table(
        "posts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("status", status(), server_default=default),
    )
    if "check" in options:
        posts.append_constraint(sa.CheckConstraint(options["check"], name="ck_status"))
    if "where" in options:
        sa.Index("ix_status", posts.c.id, postgresql_where=sa.text(options["where"]))
    if options.get("more"):
        sa.Table("more", metadata, sa.Column("status", status(), server_default=options["more"]))
    sa.Table("pages", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("status", status()))
    return from_metadata(metadata)


def told(before: SchemaState, after: SchemaState, renames: Mapping[str, str] | None = None, *drops: str) -> list[str]:
    """The difference in words; it leads where it should, and back."""
    answers = Answers(renames, {}, drops)
    operations = diff(before, after, questioner=answers)
    answers.unused()
    along = states(operations, before)
    assert along[-1] == after
    assert states(reversed_operations(operations, before), after) == along[::-1]
    return [operation.describe() for operation in operations]


def test_each_added_label_is_one_operation_with_its_neighbour() -> None:
    """Labels at the beginning, between and at the end, each said where it goes; the columns are not mentioned."""
    before, after = schema("a", "b"), schema("x", "a", "y", "z", "b", "c")
    operations = diff(before, after)
    assert operations == [
        ops.AddEnumValue("status", "x", before="a"),
        ops.AddEnumValue("status", "y", after="a"),
        ops.AddEnumValue("status", "z", after="y"),
        ops.AddEnumValue("status", "c"),
    ]
    told(before, after)


def test_removed_and_reordered_labels_are_an_alter_enum() -> None:
    """What cannot be said by additions alone is one AlterEnum."""
    assert told(schema("a", "b", "c"), schema("c", "a")) == ["alter enum status (c, a)"]
    assert told(schema("a", "b"), schema("b", "a")) == ["alter enum status (b, a)"]


def test_a_label_in_the_place_of_another_is_asked_about() -> None:
    """Renamed, or taken away: only a person knows. The error names both flags, and each of them answers."""
    before, after = schema("a", "old", "c", default="a"), schema("a", "new", "c", default="a")
    with pytest.raises(QuestionError, match="enum status has no value 'old' any more") as caught:
        told(before, after)
    assert caught.value.hint == ("pass --rename status.old:new, or --drop status.old when no row may hold it any more")
    assert told(before, after, {"status.old": "new"}) == ["rename value 'old' of enum status to 'new'"]
    assert told(before, after, None, "status.old") == ["alter enum status (a, new, c)"]


def test_fewer_labels_in_the_place_of_others_are_asked_about() -> None:
    """Two go where one comes: each may be the one that was renamed; whoever is said to be gone is asked no more."""
    before, after = schema("live", "gone", "c"), schema("online", "c")
    with pytest.raises(QuestionError, match="has no value 'live' any more") as caught:
        told(before, after)
    assert "--rename status.live:online" in caught.value.message
    assert "--rename status.gone:online" in caught.value.message
    assert told(before, after, {"status.gone": "online"}, "status.live") == [
        "rename value 'gone' of enum status to 'online'",
        "alter enum status (online, c)",
    ]
    with pytest.raises(QuestionError, match="has no value 'gone' any more"):
        told(before, after, None, "status.live")
    assert told(before, after, None, "status.live", "status.gone") == ["alter enum status (online, c)"]


def test_a_rename_may_be_told_for_labels_that_moved() -> None:
    """A label that stands elsewhere now is not asked about, but may be told."""
    before, after = schema("old", "a", "b"), schema("a", "b", "new")
    assert told(before, after) == ["alter enum status (a, b, new)"]
    assert told(before, after, {"status.old": "new"}) == [
        "rename value 'old' of enum status to 'new'",
        "alter enum status (a, b, new)",
    ]


def test_a_renamed_label_takes_defaults_and_checks_along() -> None:
    """What the models say of the new label is what the rename has left: no other operation."""
    before = schema("a", "old", default="old", check="status <> 'old'", where="status = 'old'")
    after = schema("a", "new", default="new", check="status <> 'new'", where="status = 'new'")
    assert told(before, after, {"status.old": "new"}) == ["rename value 'old' of enum status to 'new'"]


def test_what_speaks_of_a_removed_label_goes_before_it() -> None:
    """A CHECK, an index and a default are out of the way when the label goes, and come back as the models say."""
    before = schema("a", "b", "c", default="c", check="status <> 'c' OR id > 0", where="status = 'c'")
    after = schema("a", "b", default="b", check="status <> 'b'", where="status = 'b'")
    assert told(before, after) == [
        "drop constraint ck_status from posts",
        "drop index ix_status on posts",
        "alter column posts.status (server default)",
        "alter enum status (a, b)",
        "add check ck_status on posts",
        "create index ix_status on posts (id)",
    ]


def test_a_view_that_speaks_of_a_removed_label_is_made_again() -> None:
    """The view and what stands on it go before the label, and come back as the models have them; others stay."""

    def viewed(*labels: str, says: str) -> SchemaState:
        state = schema(*labels)
        for view in (
            ops.CreateView("some", f"SELECT id FROM posts WHERE status = '{says}'"),
            ops.CreateView("upper_some", "SELECT id FROM some"),
            ops.CreateView("others", "SELECT id FROM pages"),
        ):
            state = view.state_forwards(state)
        return state

    assert told(viewed("a", "b", says="b"), viewed("a", says="a")) == [
        "drop view upper_some",
        "drop view some",
        "alter enum status (a)",
        "create view some",
        "create view upper_some",
    ]


def test_a_label_that_is_used_at_once_is_not_added_in_place() -> None:
    """PostgreSQL could not use it before the commit: for a default, a CHECK, an index the enum is rebuilt."""
    before = schema("a", "b")
    rebuilt = "alter enum status (a, new, b, c)"
    for options in ({"default": "new"}, {"check": "status <> 'new'"}, {"where": "status = 'c'"}, {"more": "new"}):
        assert told(before, schema("a", "new", "b", "c", **options))[0] == rebuilt
    assert told(before, schema("a", "new", "b", "c", default="b"))[:2] == [
        "add value 'new' to enum status",
        "add value 'c' to enum status",
    ]


def test_a_fill_that_speaks_of_the_new_label_counts() -> None:
    """The answer to a question is a use like any other."""

    def tables(*labels: str, nullable: bool) -> SchemaState:
        status = sa.Column("status", sa.Enum(*labels, name="status"), nullable=nullable)
        return from_metadata(
            sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), status).metadata
        )

    answers = Answers({}, {"t.status": "'b'"})
    operations = diff(tables("a", nullable=True), tables("a", "b", nullable=False), questioner=answers)
    assert [operation.describe() for operation in operations] == [
        "alter enum status (a, b)",
        "alter column t.status (not null)",
    ]


def test_another_name_is_a_rename() -> None:
    """All columns know the enum by a new name: renamed without a question, and its labels compared after that."""
    assert told(schema("a", "b"), schema("a", "b", name="state")) == ["rename enum status to state"]
    assert told(schema("a", "b"), schema("a", "b", "c", name="state")) == [
        "rename enum status to state",
        "add value 'c' to enum state",
    ]


def test_an_enum_without_a_name_is_its_columns_affair() -> None:
    """MySQL has enums without a name: each column changes by itself."""
    assert told(schema("a", name=None), schema("a", "b", name=None)) == [
        "alter column pages.status (type)",
        "alter column posts.status (type)",
    ]


def test_an_enum_shared_by_apps_goes_to_one_of_them() -> None:
    """The operation is written into one app's file, and that file waits for the other app's tables."""
    before = schema("a")
    operations = diff(before, schema("a", "b"))
    (chunk,) = partition(operations, before, lambda key: "blog" if key == "posts" else "site")
    assert chunk.app == "site"
    assert {"posts", "pages"} <= chunk.touches


LABELS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True)


@st.composite
def schemas(draw: st.DrawFn) -> SchemaState:
    """An enum with any labels, and any of them spoken of by a default, a CHECK, an index, another table."""
    labels = draw(LABELS)
    one = st.sampled_from(labels)
    options: dict[str, Any] = {}
    if draw(st.booleans()):
        options["check"] = f"status <> '{draw(one)}' OR id > 0"
    if draw(st.booleans()):
        options["where"] = f"status IN ('{draw(one)}', '{draw(one)}')"
    if draw(st.booleans()):
        options["more"] = draw(one)
    name = draw(st.sampled_from(("status", "status", "state")))
    return schema(*labels, name=name, default=draw(st.none() | one), **options)


@given(schemas(), schemas(), st.data())
def test_laws_1_and_2_hold_for_enums(before: SchemaState, after: SchemaState, data: st.DataObject) -> None:
    """Whatever happens to labels and to what speaks of them: the difference leads there, and its reverse back."""
    operations: list[Operation] = diff(before, after, questioner=dice(data))
    along = states(operations, before)
    assert along[-1] == after
    assert states(reversed_operations(operations, before), after) == along[::-1]
