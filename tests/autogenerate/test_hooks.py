"""Hooks of comparing, on paper: what is the same, which rules look, and what rewriters may do to the operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from minimig import objects, ops
from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.pairs import TablePair
from minimig.autogenerate.rewriting import rewritten
from minimig.autogenerate.rules import columns, constraints, tables
from minimig.errors import HookError
from minimig.hooks import RULES, SCHEMA_RULES, ComparedColumn, Hooks, rewrite
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState


def posts(*items: Any, **options: Any) -> SchemaState:
    """A table of posts with more columns, constraints or indexes."""
    metadata = sa.MetaData()
    sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), *items, **options)
    return from_metadata(metadata)


def title(length: int, **options: Any) -> sa.Column[str]:
    """A column that may have become longer."""
    return sa.Column("title", sa.String(length), **options)


def told(operations: Iterable[Operation]) -> list[str]:
    """The operations in words."""
    return [operation.describe() for operation in operations]


# --- same type, same default ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "found"), [(True, []), (None, ["type"]), (False, ["type"])])
def test_same_type_decides(answer: bool | None, found: list[str]) -> None:
    """True hides a difference, None and False leave it; it is asked with SQLAlchemy types and the column's names."""
    asked: list[tuple[ComparedColumn, str, str]] = []

    def same_type(column: ComparedColumn, old: Any, new: Any) -> bool | None:
        asked.append((column, str(old), str(new)))
        return answer if column.key == "posts.title" else None

    changes = diff(posts(title(40)), posts(title(80)), hooks=Hooks(same_type=same_type))
    assert told(changes) == [f"alter column posts.title ({field})" for field in found]
    assert (ComparedColumn("posts", "title"), "VARCHAR(40)", "VARCHAR(80)") in asked


@pytest.mark.parametrize(("answer", "found"), [(True, []), (None, ["server default"]), (False, ["server default"])])
def test_same_default_decides(answer: bool | None, found: list[str]) -> None:
    """It is asked with SQL, None where there is no default, and only of columns that have one on either side."""
    asked: list[tuple[str, str | None, str | None]] = []

    def same_default(column: ComparedColumn, old: str | None, new: str | None) -> bool | None:
        asked.append((column.key, old, new))
        return answer

    old, new = posts(title(40)), posts(title(40, server_default="it"))
    assert told(diff(old, new, hooks=Hooks(same_default=same_default))) == [
        f"alter column posts.title ({field})" for field in found
    ]
    assert asked == [("posts.title", None, "'it'")]


def test_what_is_declared_different_is_told_though_it_is_equal() -> None:
    """False where both are written alike gives an operation that changes no state, and gives it again each time."""
    state = posts(title(40, server_default="it"))
    hooks = Hooks(same_type=lambda column, *_: column.column != "title", same_default=lambda *_: False)
    changes = diff(state, state, hooks=hooks)
    assert told(changes) == ["alter column posts.title (type, server default)"]
    assert states(changes, state)[-1] == state
    assert changes == [ops.AlterColumn("posts", "title", type=sa.String(40), server_default="it")]


def test_hidden_and_real_changes_of_one_column() -> None:
    """A column whose type is the same by declaration is still altered in what else is different, with its old type."""
    hooks = Hooks(same_type=lambda *_: True)
    changes = diff(posts(title(40)), posts(title(80, comment="short")), hooks=hooks)
    assert changes == [ops.AlterColumn("posts", "title", comment="short")]


def test_the_dialect_is_known_where_the_states_are_spelled_in_it() -> None:
    """`minimig.diff` with a dialect tells it to the hook; a renamed column is asked about under its new name."""
    seen: list[str | None] = []

    def same_type(column: ComparedColumn, *_: object) -> None:
        seen.append(column.dialect and column.dialect.name)

    minimig.diff(posts(title(40)), posts(title(80)), dialect="postgresql", hooks=Hooks(same_type=same_type))
    minimig.diff(posts(title(40)), posts(title(80)), hooks=Hooks(same_type=same_type))
    assert set(seen[:2]) == {"postgresql"}
    assert set(seen[2:]) == {None}


# --- rules ------------------------------------------------------------------------------------------------------------


def noted(pair: TablePair, _: object) -> Iterable[Operation]:
    """A rule of one's own: each new table gets a comment."""
    if pair.old is None and pair.new is not None and pair.new.comment is None:
        yield ops.AlterTable(pair.new.name, comment="made by minimig")


def test_a_rule_of_ones_own_is_one_among_others() -> None:
    """It sees pairs of tables, and its operations find their place by their footprint."""
    new = posts(title(40))
    changes = diff(SchemaState(), new, hooks=Hooks(rules=(noted, *RULES)))
    assert [type(change) for change in changes] == [ops.CreateTable]
    assert states(changes, SchemaState())[-1]["posts"].comment == "made by minimig"


@pytest.mark.parametrize(
    ("rule", "hidden"),
    [
        (columns.added, "add column posts.body"),
        (columns.dropped, "drop column posts.old"),
        (columns.altered, "alter column posts.title (type)"),
        (constraints.constraints, "add unique constraint uq_title on posts"),
        (tables.created_and_dropped, "create table tags (1 column)"),
        (tables.altered, "alter table posts (comment)"),
    ],
)
def test_a_rule_may_be_left_out(rule: Callable[..., Any], hidden: str) -> None:
    """Without one of minimig's rules its kind of difference is not told, and all others are."""
    old = posts(title(40), sa.Column("old", sa.Text))
    unique = sa.UniqueConstraint("title", name="uq_title")
    new = posts(title(80), sa.Column("body", sa.Integer), unique, comment="what is said")
    tags = sa.MetaData()
    sa.Table("tags", tags, sa.Column("id", sa.Integer, primary_key=True))
    new = SchemaState({**new.tables, **from_metadata(tags).tables})
    everything = told(diff(old, new))
    assert hidden in everything
    left = diff(old, new, hooks=Hooks(rules=tuple(each for each in RULES if each is not rule)))
    assert told(left) == [line for line in everything if line != hidden]


def granted(before: SchemaState, after: SchemaState) -> Iterable[Operation]:
    """A rule over whole states: a right for each table that is new."""
    for key in after.tables.keys() - before.tables.keys():
        yield ops.RunSQL(f"GRANT SELECT ON {key} TO reader", reverse=ops.NOOP)


def test_a_rule_over_whole_states() -> None:
    """It may give plain SQL, which comes after what made the table; it runs on equal states too."""
    hooks = Hooks(schema_rules=(*SCHEMA_RULES, granted))
    changes = diff(SchemaState(), posts(), hooks=hooks)
    assert [type(change) for change in changes] == [ops.CreateTable, ops.RunSQL]
    assert diff(posts(), posts(), hooks=hooks) == []


def test_objects_are_a_rule_over_whole_states() -> None:
    """Without it views, functions and their like are nobody's business."""
    metadata = sa.MetaData()
    sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True))
    objects.view(metadata, "ids", "SELECT id FROM posts")
    assert told(minimig.diff(posts(), metadata)) == ["create view ids"]
    assert minimig.diff(posts(), metadata, hooks=Hooks(schema_rules=())) == []


# --- rewriters --------------------------------------------------------------------------------------------------------


def rewritten_to(new: SchemaState, *rewriters: Any, old: SchemaState | None = None) -> list[Operation]:
    """What rewriters make of a difference."""
    before = old or SchemaState()
    return rewritten(diff(before, new), rewriters, before)


def test_one_for_one_several_or_none() -> None:
    """A function gives one operation, several in their order, or None for one that is to be left out."""
    old, new = posts(title(40)), posts(title(40), sa.Column("a", sa.Text), sa.Index("ix_title", "title"))

    def safely(add: ops.AddColumn) -> Operation:
        return ops.AddColumn(add.table, add.column, if_not_exists=True)

    def around(index: ops.CreateIndex) -> list[Operation]:
        return [ops.RunSQL("SET x = 1", reverse=ops.NOOP), index]

    found = rewritten_to(new, rewrite(ops.AddColumn, safely), rewrite(ops.CreateIndex, around), old=old)
    assert [type(each).__name__ for each in found] == ["AddColumn", "RunSQL", "CreateIndex"]
    assert found[0] == ops.AddColumn("posts", sa.Column("a", sa.Text), if_not_exists=True)
    assert told(rewritten_to(new, rewrite(ops.CreateIndex, lambda _: None), old=old)) == ["add column posts.a"]


def test_rewriters_are_chained() -> None:
    """Each sees what those before it gave; one for a base class sees every operation of it."""
    seen: list[str] = []

    def split(create: ops.CreateTable) -> list[Operation]:
        columns = dict(create.table.columns)
        last = columns.popitem()[1]
        return [ops.CreateTable(replace(create.table, columns=columns)), ops.AddColumn("posts", last)]

    def note(operation: Operation) -> Operation:
        seen.append(operation.describe())
        return operation

    found = rewritten_to(posts(title(40)), rewrite(ops.CreateTable, split), rewrite(Operation, note))
    assert seen == told(found) == ["create table posts (1 column)", "add column posts.title"]


def text_instead(add: ops.AddColumn) -> Operation:
    """A rewriter that wants another type than the models."""
    return ops.AddColumn(add.table, replace(add.column, type=ops.AlterColumn("t", "c", type=sa.Text).type))


def test_a_rewriter_that_leads_elsewhere_is_named() -> None:
    """What the next run would write again is an error now, with the rewriter and the operations in it."""
    harmless = rewrite(Operation, lambda operation: operation)
    with pytest.raises(HookError) as caught:
        rewritten_to(posts(title(40)), harmless, rewrite(ops.AddColumn, text_instead), old=posts())
    assert caught.value.message == (
        "what rewrite(AddColumn, text_instead) gave does not lead to the models, and the next makemigrations"
        " would write again: alter column posts.title (type)"
    )


def test_a_rewriter_that_always_leads_elsewhere_may() -> None:
    """The same with a rewriter that leaves out what comes up next is at rest, and so is allowed."""
    rest = rewrite(ops.AlterColumn, lambda _: None)
    found = rewritten_to(posts(title(40)), rewrite(ops.AddColumn, text_instead), rest, old=posts())
    assert found == [ops.AddColumn("posts", sa.Column("title", sa.Text))]


def test_sql_in_place_of_an_operation_says_what_it_does() -> None:
    """SQL alone would be written again each time; with its state it is as good as the operation."""
    new = posts(sa.Column("a", sa.Integer))
    sql = ops.RunSQL("ALTER TABLE posts ADD a INTEGER", reverse="ALTER TABLE posts DROP a")
    with pytest.raises(HookError, match="would write again: run SQL ALTER TABLE"):
        rewritten_to(new, lambda operations: [sql for _ in operations], old=posts())

    def stated(add: ops.AddColumn) -> Operation:
        return ops.RunSQL(sql.sql, reverse=sql.back, state_operations=[add])

    (found,) = rewritten_to(new, rewrite(ops.AddColumn, stated), old=posts())
    assert isinstance(found, ops.RunSQL)


@pytest.mark.parametrize(
    ("rewriter", "message"),
    [
        (rewrite(ops.CreateTable, lambda _: ["oops"]), r"gave 'oops' of type str instead of an operation"),
        (lambda _: None, "gave None of type NoneType instead of an operation"),
        (rewrite(ops.CreateTable, lambda o: [o, o]), "cannot be executed: there is a table 'posts' already"),
    ],
)
def test_what_is_no_list_of_operations_is_refused(rewriter: Any, message: str) -> None:
    """The rewriter is named, and what it gave."""
    with pytest.raises(HookError, match=message) as caught:
        rewritten_to(posts(), rewriter)
    assert "lambda" in caught.value.message


@pytest.mark.parametrize("kind", ["rules", "schema_rules"])
@pytest.mark.parametrize(("given", "named"), [(None, "None of type NoneType"), (["oops"], "'oops' of type str")])
def test_a_rule_that_gives_no_operation_is_told(kind: str, given: Any, named: str) -> None:
    """By its name and with what it should give, and not by a traceback from within the comparison."""
    with pytest.raises(HookError, match=rf"lambda> gave {named} instead of an operation"):
        minimig.diff(posts(), posts(), hooks=Hooks(**{kind: (lambda *_: given,)}))
