"""Indexes with every option that SQLAlchemy has for them, and items that may be there, or not, already."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

import minimig
from minimig import ops
from minimig.dialects.compare import database_state
from minimig.dialects.registry import dialect_of
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import ran, run, script
from support.facts import facts
from support.scenarios import prepared

WORDS = ops.CreateTable(
    "words",
    Column("id", Integer, primary_key=True),
    Column("word", String(40)),
    Column("text", sa.Text),
    Column("size", Integer),
    mysql_engine="InnoDB",
)


def index(*elements: str | sa.TextClause, **options: object) -> ops.CreateIndex:
    """An index of the table above."""
    return ops.CreateIndex("ix", "words", elements or ["word"], **options)


# Each index beside one that differs from it in the one thing named.
OPTIONS: dict[str, tuple[str, ops.CreateIndex, ops.CreateIndex]] = {
    "where": ("postgresql", index(postgresql_where=sa.text("size > 1")), index(postgresql_where=sa.text("size > 2"))),
    "using": ("postgresql", index(postgresql_using="hash"), index()),
    "ops": ("postgresql", index(postgresql_ops={"word": "varchar_pattern_ops"}), index()),
    "include": ("postgresql", index(postgresql_include=["size"]), index(postgresql_include=["id"])),
    "with": ("postgresql", index(postgresql_with={"fillfactor": 50}), index(postgresql_with={"fillfactor": 60})),
    "nulls_not_distinct": (
        "postgresql",
        index(unique=True, postgresql_nulls_not_distinct=True),
        index(unique=True),
    ),
    "expression": ("postgresql", index(sa.text("lower(word)"), "size"), index(sa.text("upper(word)"), "size")),
    "descending": ("postgresql", index(sa.text("word DESC")), index("word")),
    "nulls_first": ("postgresql", index(sa.text("word NULLS FIRST")), index(sa.text("word NULLS LAST"))),
    "descending_nulls_last": ("postgresql", index(sa.text("word DESC NULLS LAST")), index(sa.text("word DESC"))),
    "collation": ("postgresql", index(sa.text('word COLLATE "C"')), index("word")),
    "unique": ("postgresql", index(unique=True), index()),
    "sqlite_where": ("sqlite", index(sqlite_where=sa.text("size > 1")), index(sqlite_where=sa.text("size > 2"))),
    "sqlite_expression": ("sqlite", index(sa.text("lower(word)")), index(sa.text("upper(word)"))),
    "sqlite_descending": ("sqlite", index(sa.text("word DESC")), index("word")),
    "sqlite_collation": ("sqlite", index(sa.text("word COLLATE NOCASE")), index("word")),
    "mysql_length": ("mariadb", index("text", mysql_length=20), index("text", mysql_length=30)),
    "mysql_lengths": (
        "mariadb",
        index("text", "word", mysql_length={"text": 20, "word": 5}),
        index("text", "word", mysql_length={"text": 20}),
    ),
    "mysql_prefix": ("mariadb", index("text", mysql_prefix="FULLTEXT"), index("text", mysql_length=20)),
    "mysql_descending": ("mariadb", index(sa.text("word DESC")), index("word")),
}


@pytest.mark.parametrize(("database", "name"), [(OPTIONS[n][0], n) for n in OPTIONS], indirect=["database"])
def test_an_option_arrives_and_is_compared(database: Database, name: str) -> None:
    """The index is built as its options say, no difference is seen, another option is one, and down takes it away."""
    _, made, other = OPTIONS[name]
    before = run(database, [WORDS], SchemaState())
    state = run(database, [made], before)
    assert drift(database, state) == []
    assert drift(database, other.state_forwards(before)) != []
    run(database, [made.reverse(before)], state)
    assert drift(database, before) == []
    run(database, [made], before)
    assert drift(database, state) == []


@pytest.mark.parametrize(
    "create",
    [
        index(postgresql_tablespace="pg_default"),
        index(mysql_using="btree"),
        index(postgresql_using="hash", mysql_length=3, sqlite_where=sa.text("size > 0")),
    ],
)
def test_an_option_of_another_database_is_no_difference(database: Database, create: ops.CreateIndex) -> None:
    """What a database does not report, or does not have, is written for the one that does and compared by no other."""
    before = run(database, [WORDS], SchemaState())
    state = run(database, [create], before)
    assert drift(database, state) == []


def test_an_index_of_the_models_without_a_name_gets_one() -> None:
    """What begins with an expression has no conventional name: it gets one that depends only on what it says."""
    states = []
    for _ in range(2):
        metadata = sa.MetaData(naming_convention={"ix": None})
        table = sa.Table("words", metadata, Column("word", String(40)))
        sa.Index(None, sa.func.lower(table.c.word))
        states.append(from_metadata(metadata))
    (name,) = states[0]["words"].indexes
    assert name.startswith("ix_words_word_")
    assert states[0] == states[1]


def drift(database: Database, state: SchemaState) -> list[Operation]:
    """What would bring the database to a state."""
    with database.engine.connect() as connection:
        expected, live = database_state(connection, state)
    return minimig.diff(live, expected)


# --- what may be there already ----------------------------------------------------------------------------------------

CONDITIONAL: dict[str, tuple[Operation, Operation]] = {
    "index": (
        ops.CreateIndex("ix_new", "books", ["title"], if_not_exists=True),
        ops.DropIndex("ix_books_order", "books", if_exists=True),
    ),
    "concurrent_index": (
        ops.CreateIndex("ix_new", "books", ["title"], if_not_exists=True, postgresql_concurrently=True),
        ops.DropIndex("ix_books_order", "books", if_exists=True, postgresql_concurrently=True),
    ),
    "unique": (
        ops.AddConstraint("authors", sa.UniqueConstraint("name", name="uq_new"), if_not_exists=True),
        ops.DropConstraint("uq_authors_email", "authors", if_exists=True),
    ),
    "check": (
        ops.AddConstraint("books", sa.CheckConstraint("price < 9", name="ck_new"), if_not_exists=True),
        ops.DropConstraint("ck_books_price", "books", if_exists=True),
    ),
    "foreign_key": (
        ops.AddConstraint("authors", sa.ForeignKeyConstraint(["rank"], ["books.id"], "fk_new"), if_not_exists=True),
        ops.DropConstraint("fk_books_author", "books", if_exists=True),
    ),
}


@pytest.mark.parametrize("name", CONDITIONAL)
def test_what_is_done_already_is_left_alone(database: Database, name: str) -> None:
    """Once it does what it says; told again from the same state, it sends nothing."""
    before = prepared(database, ())
    for operation in CONDITIONAL[name]:
        state, sent = ran(database, [operation], before)
        assert sent != []
        with database.engine.connect() as connection:
            found = facts(connection)
        again, sent = ran(database, [operation], before)
        assert (again, [statement for statement in sent if "SELECT" not in statement]) == (state, [])
        with database.engine.connect() as connection:
            assert facts(connection) == found
        run(database, [operation.reverse(before)], state)


@pytest.mark.parametrize(
    ("dialect", "operation", "expected"),
    [
        ("postgresql", CONDITIONAL["index"][0], "CREATE INDEX IF NOT EXISTS ix_new ON books (title)"),
        ("postgresql", CONDITIONAL["concurrent_index"][1], "DROP INDEX CONCURRENTLY IF EXISTS ix_books_order"),
        ("postgresql", CONDITIONAL["check"][1], "ALTER TABLE books DROP CONSTRAINT IF EXISTS ck_books_price"),
        ("sqlite", CONDITIONAL["index"][1], "DROP INDEX IF EXISTS ix_books_order"),
        ("mariadb", CONDITIONAL["index"][1], "ALTER TABLE books DROP INDEX IF EXISTS ix_books_order"),
        ("postgresql", CONDITIONAL["check"][0], None),
        ("sqlite", CONDITIONAL["check"][1], None),
    ],
)
def test_a_script_says_the_condition_or_is_refused(dialect: str, operation: Operation, expected: str | None) -> None:
    """IF EXISTS where the dialect has the words; elsewhere only a live connection can tell."""
    columns = (Column("id", Integer), Column("title", Integer), Column("order", Integer), Column("price", Integer))
    items = (sa.Index("ix_books_order", "order"), sa.CheckConstraint("price >= 0", name="ck_books_price"))
    before = ops.CreateTable("books", *columns, *items).state_forwards(SchemaState())
    if expected is None:
        with pytest.raises(UnsupportedError, match="a script for this database cannot say"):
            script(dialect_of(f"{dialect}://"), [operation], before)
    else:
        assert script(dialect_of(f"{dialect}://"), [operation], before) == [expected]
