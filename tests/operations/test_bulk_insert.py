"""Rows that a migration brings along: inserted, written as a script, and taken out again, on real databases."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String
from sqlalchemy.dialects import postgresql

import minimig
from minimig import ops
from minimig.autogenerate.optimizer import optimize
from minimig.errors import IrreversibleError, StateError, UnsupportedError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.schema import SchemaState
from minimig.state.to_metadata import to_metadata
from support.databases import Database
from support.histories import History
from support.library import AWKWARD

NOW = dt.datetime(2024, 2, 29, 23, 59, 58)  # noqa: DTZ001 - the column has no time zone
DAY = dt.date(2024, 2, 29)


class Colour(enum.Enum):
    """Known by name in the database, as SQLAlchemy has it; `b` is known by its value."""

    red = "r"
    b = "blue"


KINDS = ops.CreateTable(
    "kinds",
    Column("id", Integer, primary_key=True),
    Column("Text", String(80)),
    Column("number", sa.Numeric(10, 3)),
    Column("real", sa.Float),
    Column("flag", sa.Boolean),
    Column("day", sa.Date),
    Column("moment", sa.DateTime),
    Column("clock", sa.Time),
    Column("zoned", sa.DateTime(timezone=True)),
    Column("span", sa.Interval),
    Column("code", sa.Uuid),
    Column("data", sa.LargeBinary),
    Column("json", sa.JSON),
    Column("colour", sa.Enum("red", "blue", "it's", name="colour")),
    Column("plain", sa.Enum("red", "blue", name="plain", native_enum=False)),
)

EVERYTHING: list[dict[str, Any]] = [
    {
        "id": 7,
        "Text": AWKWARD,
        "number": Decimal("-1234567.125"),
        "real": 1.5,
        "flag": True,
        "day": DAY,
        "moment": NOW,
        "clock": dt.time(1, 2, 3),
        "zoned": None,
        "span": dt.timedelta(days=1, seconds=5),
        "code": uuid.UUID(int=3),
        "data": bytes(range(256)),
        "json": {"a": [1, None, AWKWARD, "{}"], "ü": True},
        "colour": "it's",
        "plain": "blue",
    },
    {
        "id": 8,
        "zoned": NOW.replace(tzinfo=dt.timezone(dt.timedelta(hours=2))),
        "flag": False,
        "colour": Colour.red,
        "plain": Colour.b,
        "data": b"",
        "Text": "%s %% {} ?",
    },
    {"id": 9, "json": sa.null(), "number": sa.text("1 + 1"), "Text": sa.func.upper("it's")},
]


def start(connection: sa.Connection, *operations: Operation) -> SchemaState:
    """Carry out operations from nothing."""
    return minimig.apply(connection, operations, SchemaState())


def rows_of(connection: sa.Connection, name: str) -> list[tuple[Any, ...]]:
    """All rows of a table as the database itself tells them."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    columns = [column for column in table.c if column.name != "json"]
    json = [sa.cast(column, sa.JSON) if connection.dialect.name == "postgresql" else column for column in table.c if
            column.name == "json"]  # fmt: skip
    return [tuple(row) for row in connection.execute(sa.select(*columns, *json).order_by(table.c.id))]


def test_values_arrive_as_their_types_say(database: Database) -> None:
    """Each kind of value goes in through the column's type, and reads back as it was; SQL is computed."""
    with database.engine.begin() as connection:
        state = start(connection, KINDS)
        minimig.apply(connection, [ops.BulkInsert("kinds", EVERYTHING)], state)
        table = to_metadata(state).tables["kinds"]
        first, second, third = connection.execute(sa.select(table).order_by(table.c.id)).mappings()
    assert {**first} == EVERYTHING[0]
    assert (second["flag"], second["colour"], second["plain"], second["data"]) == (False, "red", "blue", b"")
    assert second["Text"] == "%s %% {} ?"
    assert (third["json"], third["number"], third["Text"]) == (None, 2, "IT'S")


def test_the_script_inserts_the_same_rows(database: Database) -> None:
    """Written with literals, the same operations lead to the same rows; and their way back to none."""
    rows = ops.BulkInsert("kinds", EVERYTHING)
    with database.engine.begin() as connection:
        state = start(connection, KINDS)
        minimig.apply(connection, [rows], state)
        expected = rows_of(connection, "kinds")
        minimig.apply(connection, [rows.reverse(state)], state)
        assert rows_of(connection, "kinds") == []
        for statement in minimig.sql([rows], state, connection.dialect):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        assert rows_of(connection, "kinds") == expected
        for statement in minimig.sql([rows.reverse(state)], state, connection.dialect):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        assert rows_of(connection, "kinds") == []


class Shout(sa.types.TypeDecorator[str]):
    """Stored as bytes, in upper case."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:
        """As it is stored."""
        return None if value is None else value.upper().encode()


def test_types_of_the_project_and_of_postgresql(postgresql_database: Database) -> None:
    """A type decorator, an array, a range of JSONB and an interval are written as what they store."""
    table = ops.CreateTable(
        "odd",
        Column("id", Integer, primary_key=True),
        Column("shout", Shout),
        Column("many", sa.ARRAY(Integer)),
        Column("words", sa.ARRAY(String(10))),
        Column("json", postgresql.JSONB),
        Column("host", postgresql.INET),
        Column("zoned", sa.DateTime(timezone=True)),
    )
    rows = ops.BulkInsert(
        "odd",
        [
            {"id": 1, "shout": "it's", "many": [1, 2], "words": ["a'b", "%"], "json": [None], "host": "10.0.0.1"},
            {"id": 2, "shout": None, "zoned": dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))},
        ],
    )
    with postgresql_database.engine.begin() as connection:
        state = start(connection, table)
        minimig.apply(connection, [rows], state)
        expected = rows_of(connection, "odd")
        assert bytes(expected[0][1]) == b"IT'S"
        minimig.apply(connection, [rows.reverse(state)], state)
        for statement in minimig.sql([rows], state, "postgresql"):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        assert rows_of(connection, "odd") == expected


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (Column("v", sa.Float), float("nan"), "the value nan of type Float()"),
        (Column("v", postgresql.TSVECTOR), object(), "the value <object"),
    ],
)
def test_a_value_without_a_literal_is_refused_with_its_place(column: Column[Any], value: object, words: str) -> None:
    """What cannot be written into a script says which value it is."""
    state = states([ops.CreateTable("t", Column("id", Integer, primary_key=True), column)], SchemaState())[-1]
    with pytest.raises(UnsupportedError) as caught:
        minimig.sql([ops.BulkInsert("t", [{"id": 1, "v": value}])], state, "postgresql")
    assert words in caught.value.message
    assert "postgresql" in caught.value.message


# --- rows of several shapes, and their order --------------------------------------------------------------------------

TREE = ops.CreateTable(
    "tree",
    Column("id", Integer, primary_key=True),
    Column("parent", Integer),
    Column("name", String(20), server_default="nameless"),
    sa.ForeignKeyConstraint(["parent"], ["tree.id"], name="fk_tree"),
)


def test_rows_may_give_different_columns(database: Database) -> None:
    """A column that a row leaves out gets its default; rows go in as they stand, and out the other way round."""
    rows = ops.BulkInsert(
        "tree",
        [{"id": 1, "name": "root"}, {"parent": 1, "id": 2}, {"id": 3, "parent": 2, "name": None}, {"id": 4}],
    )
    with database.engine.begin() as connection:
        if database.kind == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        state = start(connection, TREE)
        minimig.apply(connection, [rows], state)
        assert rows_of(connection, "tree") == [
            (1, None, "root"),
            (2, 1, "nameless"),
            (3, 2, None),
            (4, None, "nameless"),
        ]
        minimig.apply(connection, [rows.reverse(state)], state)
        assert rows_of(connection, "tree") == []


def test_many_rows_are_few_statements(database: Database) -> None:
    """Rows of one shape go to the driver a thousand at a time."""
    rows = [{"id": number, "name": f"n{number}"} for number in range(1, 2502)]
    seen: list[bool] = []
    with database.engine.begin() as connection:
        state = start(connection, TREE)
        sa.event.listen(connection, "before_cursor_execute", lambda *a: seen.append("INSERT" in a[2]))
        minimig.apply(connection, [ops.BulkInsert("tree", rows)], state)
        assert seen.count(True) == 3
        assert connection.scalar(sa.text("SELECT count(*) FROM tree")) == 2501


def test_composite_keys_and_reserved_words(database: Database) -> None:
    """A row is deleted by its whole key; names that need quotes get them."""
    table = ops.CreateTable(
        "Select", Column("group", Integer, primary_key=True, autoincrement=False),
        Column("key 2", String(20), primary_key=True), Column("order", Integer),
    )  # fmt: skip
    rows = ops.BulkInsert("Select", [{"group": 1, "key 2": "a", "order": 1}, {"group": 2, "key 2": "a"}])
    with database.engine.begin() as connection:
        state = start(connection, table)
        built = to_metadata(state).tables["Select"]
        connection.execute(sa.insert(built).values({"group": 1, "key 2": "b"}))
        minimig.apply(connection, [rows], state)
        minimig.apply(connection, [rows.reverse(state)], state)
        assert connection.execute(sa.select(built)).all() == [(1, "b", None)]


# --- columns that number themselves -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "identity", [[], [sa.Identity()], [sa.Identity(always=True)]], ids=["serial", "identity", "always"]
)
def test_numbers_go_on_after_the_rows(database: Database, identity: list[sa.Identity]) -> None:
    """A row that is inserted later does not get a number that a migration gave out, and numbers never go back."""
    name = "Num) VALUES ("
    table = ops.CreateTable(name, Column("id", Integer, *identity, primary_key=True), Column("a", Integer))
    with database.engine.begin() as connection:
        state = start(connection, table)
        built = to_metadata(state).tables[name]
        for rows, number in [([{"id": 3, "a": 1}, {"id": 5}], 6), ([{"id": 1}, {"a": 1}], 8), ([{"id": 20}], 21)]:
            minimig.apply(connection, [ops.BulkInsert(name, rows)], state)
            assert connection.execute(sa.insert(built).values(a=1)).inserted_primary_key == (number,)


def test_numbers_that_count_down(postgresql_database: Database) -> None:
    """An identity that counts down goes on below the lowest row."""
    identity = sa.Identity(start=-10, increment=-2, minvalue=-1000, maxvalue=-1)
    table = ops.CreateTable("down", Column("id", Integer, identity, primary_key=True))
    with postgresql_database.engine.begin() as connection:
        state = start(connection, table)
        insert = sa.insert(to_metadata(state).tables["down"])
        for number, next_number in [(-1, -10), (-20, -22), (-2, -24)]:
            minimig.apply(connection, [ops.BulkInsert("down", [{"id": number}])], state)
            assert connection.execute(insert).inserted_primary_key == (next_number,)


def test_sql_server_is_told_who_numbers_the_rows() -> None:
    """In a script IDENTITY_INSERT is on for exactly the rows that give the number themselves."""
    state = states([TREE], SchemaState())[-1]
    rows = [{"id": 1}, {"id": 2, "name": "x"}, {"name": "y"}]
    assert minimig.sql([ops.BulkInsert("tree", rows, reverse=ops.NOOP)], state, "mssql") == [
        "SET IDENTITY_INSERT tree ON",
        "INSERT INTO tree (id) VALUES (1)",
        "INSERT INTO tree (id, name) VALUES (2, 'x')",
        "SET IDENTITY_INSERT tree OFF",
        "INSERT INTO tree (name) VALUES ('y')",
    ]


def test_zero_is_refused_where_it_means_the_next_number(mariadb_database: Database) -> None:
    """MariaDB would store another number than the row says, so nothing is sent."""
    state = states([TREE], SchemaState())[-1]
    with mariadb_database.engine.connect() as connection, pytest.raises(UnsupportedError, match="the next number"):
        minimig.apply(connection, [ops.BulkInsert("tree", [{"id": 0}])], state)


def test_values_that_do_not_fit_are_an_error_in_any_mode(mariadb_database: Database) -> None:
    """MariaDB cuts nothing off, also where the server is not strict."""
    with mariadb_database.engine.begin() as connection:
        state = start(connection, TREE)
        connection.exec_driver_sql("SET SESSION sql_mode = ''")
        with pytest.raises(sa.exc.DataError):
            minimig.apply(connection, [ops.BulkInsert("tree", [{"id": 1, "name": "x" * 21}])], state)


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"id": 1}, {"nmae": "x"}], ("row 2 gives a column 'nmae'", "did you mean name?")),
        ([{"double": 1}], ("row 1 gives t.double, which is computed", "leave it out")),
        ([{"colour": "rde"}], ("'rde', which is no label of column t.colour", "did you mean red?")),
        ([{"colour": Colour.b}], ("Colour.b: 'blue'>, which is no label", "the labels are: red")),
    ],
)
def test_rows_that_do_not_fit_the_table_are_refused_on_paper(rows: list[dict[str, Any]], words: Sequence[str]) -> None:
    """A column that is not there, that is computed, or a label that no row can have: before any database is asked."""
    table = ops.CreateTable(
        "t",
        Column("id", Integer, primary_key=True),
        Column("name", String(9)),
        Column("double", Integer, sa.Computed("id * 2")),
        Column("colour", sa.Enum("red", name="c")),
    )
    with pytest.raises(StateError) as caught:
        states([table, ops.BulkInsert("t", rows)], SchemaState())
    assert words[0] in caught.value.message
    assert words[1] in str(caught.value.hint)


@pytest.mark.parametrize("rows", [{"id": 1}, "rows", 3, [1], [{1: 2}], [("id", 1)]])
def test_rows_are_a_list_of_dicts(rows: Any) -> None:
    """Anything else says at once how rows are written."""
    with pytest.raises(StateError) as caught:
        ops.BulkInsert("t", rows)
    assert '[{"id": 1, "name": "one"}]' in str(caught.value.hint)


def test_rows_without_a_key_need_to_say_what_happens_on_the_way_back() -> None:
    """They cannot be found again: the way down is refused, unless NOOP lets them stay."""
    state = states([TREE], SchemaState())[-1]
    for rows in ([{"id": 1}, {"name": "x"}], [{"id": sa.text("1 + 1")}], [{"id": None}]):
        with pytest.raises(IrreversibleError, match="not every row gives its primary key") as caught:
            ops.BulkInsert("tree", rows).reverse(state)
        assert "reverse=ops.NOOP" in str(caught.value.hint)
    staying = ops.BulkInsert("tree", [{"name": "x"}], reverse=ops.NOOP).reverse(state)
    assert minimig.sql([staying], state, "sqlite") == []
    with pytest.raises(StateError, match="the reverse of BulkInsert"):
        ops.BulkInsert("tree", [], reverse="DELETE")  # type: ignore[arg-type]
    with pytest.raises(StateError, match=r"row 1 does not give the primary key \(id\)"):
        ops.BulkDelete("tree", [{"name": "x"}]).state_forwards(state)


def test_the_way_back_of_the_way_back() -> None:
    """Deleting is the reverse of inserting, and inserting that of deleting."""
    state = states([TREE], SchemaState())[-1]
    rows = ops.BulkInsert("tree", [{"id": 1, "name": "x"}])
    assert rows.reverse(state) == ops.BulkDelete("tree", [{"id": 1, "name": "x"}])
    assert rows.reverse(state).reverse(state) == rows


# --- its place in a history -------------------------------------------------------------------------------------------


def test_nothing_about_the_table_passes_its_rows() -> None:
    """Folding and moving stop at the rows: a column added after them is not added before."""
    operations = [
        TREE,
        ops.BulkInsert("tree", [{"id": 1}]),
        ops.AddColumn("tree", Column("more", Integer, nullable=False), fill="id"),
        ops.CreateTable("other", Column("id", Integer, primary_key=True)),
        ops.AddColumn("other", Column("a", Integer)),
    ]
    kept = optimize(operations, SchemaState())
    assert kept[:3] == operations[:3]
    assert len(kept) == 4


def test_up_down_and_up_again(tmp_path: Path, database: Database) -> None:
    """In a file: rows between two changes of their table, taken out on the way down, before the column goes."""
    history = History.at(tmp_path, database)
    history.write(
        "0001_tree",
        """
        up = [
            ops.CreateTable("tree", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(9))),
            ops.BulkInsert("tree", [{"id": 1, "name": "a"}, {"id": 2, "name": sa.func.lower("B")}]),
        ]
        """,
    )
    history.write(
        "0002_rename",
        """
        up = [
            ops.RenameColumn("tree", "name", "label"),
            ops.BulkInsert("tree", [{"id": 3, "label": "c"}]),
            ops.BulkDelete("tree", [{"id": 2, "label": "b"}]),
        ]
        """,
    )
    history.migrate()
    assert history.values("SELECT label FROM tree ORDER BY id") == ["a", "c"]
    history.migrate("-1")
    assert history.values("SELECT name FROM tree ORDER BY id") == ["a", "b"]
    history.migrate("zero")
    history.migrate()
    assert history.values("SELECT label FROM tree ORDER BY id") == ["a", "c"]


def test_rows_in_a_schema(tmp_path: Path, postgresql_database: Database) -> None:
    """A table in a schema gets its rows and its numbers there."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql('CREATE SCHEMA "Audit"')
        state = start(connection, ops.CreateTable("log", Column("id", Integer, primary_key=True), schema="Audit"))
        rows = ops.BulkInsert("log", [{"id": 5}], schema="Audit")
        minimig.apply(connection, [rows], state)
        table = to_metadata(state).tables["Audit.log"]
        assert connection.execute(sa.insert(table).values()).inserted_primary_key == (6,)
        minimig.apply(connection, [rows.reverse(state)], state)
        assert connection.execute(sa.select(table)).all() == [(6,)]
