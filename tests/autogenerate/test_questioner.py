"""Answers given in advance: what they answer, what they leave open, and flags that answer nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.families import family, neutral_fill, suggested_fill
from minimig.autogenerate.flags import parse_rename
from minimig.autogenerate.questioner import Answers, NeverRename
from minimig.errors import QuestionError, UsageError
from minimig.state.from_metadata import from_metadata
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlType


def schema(table: str, *columns: str, schema: str | None = None) -> SchemaState:
    """One table with a key and columns of text."""
    metadata = sa.MetaData(schema=schema)
    texts = [sa.Column(name, sa.String(40)) for name in columns]
    sa.Table(table, metadata, sa.Column("id", sa.Integer, primary_key=True), *texts)
    return from_metadata(metadata)


class Eager(NeverRename):
    """Says yes to everything, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        self.asked.append((old.key, [table.key for table in candidates]))
        return candidates[0].key

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        self.asked.append((f"{table}.{old.name}", [column.name for column in candidates]))
        return candidates[0].name

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        self.asked.append((f"{table.key}.{column.name}", []))
        return "'eager'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("users.nick:handle", ("users.nick", "handle")),
        ("users.nick:users.handle", ("users.nick", "users.handle")),
        (" users : accounts ", ("users", "accounts")),
    ],
)
def test_parse_rename(text: str, expected: tuple[str, str]) -> None:
    """OLD:NEW, for tables and columns, spaces or not."""
    assert parse_rename(text) == expected


@pytest.mark.parametrize("text", ["", "users", "users:", ":users", "a:b:c", "users.:x", ".a:b", "a..b:c"])
def test_parse_rename_refuses(text: str) -> None:
    """Anything else is a usage error that shows how it is written."""
    with pytest.raises(UsageError, match="is not OLD:NEW") as raised:
        parse_rename(text)
    assert "--rename users.nick:handle" in str(raised.value.hint)


def test_open_rename_of_a_column_names_its_flags() -> None:
    """Without a terminal the error holds both flags, ready to be pasted, and exit code 3."""
    with pytest.raises(QuestionError) as raised:
        diff(schema("users", "nick"), schema("users", "handle"), questioner=Answers())
    assert raised.value.exit_code == 3
    assert raised.value.hint == "pass --rename users.nick:handle, or --drop users.nick when it is really gone"


def test_open_rename_of_a_table_names_its_flags() -> None:
    """The same for a table."""
    with pytest.raises(QuestionError) as raised:
        diff(schema("users", "nick"), schema("accounts", "nick"), questioner=Answers())
    assert raised.value.hint == "pass --rename users:accounts, or --drop users when it is really gone"


@pytest.mark.parametrize("flags", [{"drops": ["users.nick"]}, {"renames": {"users.nick": "users.handle"}}])
def test_flags_answer(flags: Any) -> None:
    """A column may be said to be dropped, or renamed with its table written out."""
    answers = Answers(**flags)
    operations = diff(schema("users", "nick"), schema("users", "handle"), questioner=answers)
    answers.unused()
    expected = ["add column users.handle", "drop column users.nick"]
    assert [o.describe() for o in operations] in (expected, ["rename column users.nick to handle"])
    assert ("drops" in flags) == (len(operations) == 2)


@pytest.mark.parametrize(("old", "new"), [("blog.users", "accounts"), ("blog.users", "blog.accounts")])
def test_table_in_a_schema_is_renamed(old: str, new: str) -> None:
    """The schema need not be repeated."""
    answers = Answers({old: new})
    before, after = schema("users", "nick", schema="blog"), schema("accounts", "nick", schema="blog")
    (operation,) = diff(before, after, questioner=answers)
    assert operation.describe() == "rename table blog.users to accounts"
    answers.unused()


def test_drop_of_a_column_that_has_no_rival_is_used() -> None:
    """To confirm what nobody asked is no error."""
    answers = Answers(drops=["users.nick"])
    diff(schema("users", "nick"), schema("users"), questioner=answers)
    answers.unused()


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        ({"renames": {"users.nik": "handle"}}, "--rename users.nik:handle answers no question", "users.nick"),
        ({"renames": {"users.nick": "handel"}}, "nothing called handel is new and free", "users.handle"),
        ({"drops": ["users.nik"]}, "--drop users.nik answers no question", "users.nick"),
        ({"fills": {"users.handle": "''"}}, "--fill users.handle=\"''\" answers no question", "leave the flag out"),
    ],
)
def test_flag_that_answers_nothing_is_an_error(flags: Any, message: str, hint: str) -> None:
    """A misspelt flag is named, with what it may have meant."""
    answers = Answers(**flags, otherwise=Eager())
    diff(schema("users", "nick"), schema("users", "handle"), questioner=answers)
    with pytest.raises(UsageError) as raised:
        answers.unused()
    assert message in raised.value.message
    assert hint in str(raised.value.hint)


def test_open_questions_go_to_the_next_questioner() -> None:
    """What the flags do not say is asked, once, with the likeliest candidate first."""
    eager = Eager()
    before, after = schema("users", "nick", "city"), schema("users", "nickname", "town")
    operations = diff(before, after, questioner=Answers(otherwise=eager))
    assert [o.describe() for o in operations] == [
        "rename column users.city to town",
        "rename column users.nick to nickname",
    ]
    assert eager.asked == [("users.nick", ["nickname", "town"]), ("users.city", ["town"])]


def test_unlike_things_are_not_asked_about() -> None:
    """A question about a pair that has nothing in common would only be noise."""
    eager = Eager()
    metadata = sa.MetaData()
    sa.Table("weather", metadata, sa.Column("day", sa.Date, primary_key=True), sa.Column("rain", sa.Numeric(4, 1)))
    diff(schema("users", "nick"), from_metadata(metadata), questioner=eager)
    assert eager.asked == []


@pytest.mark.parametrize(
    ("type_", "sql"),
    [
        (sa.Enum("it's", "b"), "'it''s'"),
        (sa.BigInteger(), "0"),
        (sa.Float(), "0"),
        (sa.Boolean(), "false"),
        (sa.DateTime(), "CURRENT_TIMESTAMP"),
        (sa.Text(), "''"),
        (sa.Uuid(), "''"),
    ],
)
def test_suggested_fill(type_: sa.types.TypeEngine[Any], sql: str) -> None:
    """The example in a question fits the column's type where that is easy."""
    assert suggested_fill(SqlType.of(type_)) == sql


def test_an_interval_gets_no_moment() -> None:
    """SQLAlchemy makes Interval a decorator of DateTime; no row of an interval column may get a timestamp."""
    interval = SqlType.of(sa.Interval())
    assert (suggested_fill(interval), neutral_fill(interval)) == ("''", None)
    assert family(interval) is not family(SqlType.of(sa.DateTime()))
