"""`if_exists` and `if_not_exists`: the database is asked, or the script says it; the state never depends on it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

from minimig import ops
from minimig.dialects.registry import dialect_of
from minimig.errors import StateError, UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import ran, run, script
from support.facts import facts, rows
from support.scenarios import Scenario, check, prepared

REVIEWS = ops.CreateTable(
    "reviews",
    Column("id", Integer, primary_key=True),
    Column("stars", Integer, index=True, comment="c"),
    if_not_exists=True,
)
SCENARIOS = {
    "create_table": Scenario([REVIEWS], lambda f: "reviews" in f),
    "drop_table": Scenario(
        [ops.DropTable("editions", if_exists=True)], lambda f: "editions" not in f, lost=("editions",)
    ),
    "rename_table": Scenario([ops.RenameTable("books", "Volumes", if_exists=True)], lambda f: "Volumes" in f),
    "add_column": Scenario(
        [ops.AddColumn("books", Column("isbn", String(20), nullable=False), fill="'x'", if_not_exists=True)],
        lambda f: not f["books"].columns["isbn"].nullable,
    ),
    "add_column_with_items": Scenario(
        [ops.AddColumn("books", Column("of", Integer, sa.ForeignKey("authors.id"), index=True), if_not_exists=True)],
        lambda f: "ix_books_of" in f["books"].indexes,
    ),
    "drop_column": Scenario(
        [ops.DropColumn("books", "note", if_exists=True)],
        lambda f: "note" not in f["books"].columns,
        lost=("books.note",),
    ),
    "rename_column": Scenario(
        [ops.RenameColumn("books", "order", "Position", if_exists=True)],
        lambda f: "Position" in f["books"].columns,
    ),
}


@pytest.mark.parametrize(
    ("database", "name"),
    [(kind, name) for name, scenario in SCENARIOS.items() for kind in scenario.kinds],
    indirect=["database"],
)
def test_a_condition_that_holds_changes_nothing(database: Database, name: str) -> None:
    """Where there is something to do, the operation does what it does without the flag, and its reverse too."""
    check(database, SCENARIOS[name])


DONE_ALREADY: dict[str, tuple[str, Operation]] = {
    "create_table": ("CREATE TABLE reviews (mine INTEGER)", REVIEWS),
    "drop_table": ("DROP TABLE editions", ops.DropTable("editions", if_exists=True)),
    "rename_table": ("ALTER TABLE editions RENAME TO printings", ops.RenameTable("editions", "x", if_exists=True)),
    "add_column": (
        "ALTER TABLE books ADD COLUMN isbn VARCHAR(20) DEFAULT 'mine'",
        ops.AddColumn("books", Column("isbn", String(20), unique=True), fill="'x'", if_not_exists=True),
    ),
    "drop_column": ("ALTER TABLE books DROP COLUMN price", ops.DropColumn("books", "price", if_exists=True)),
    "rename_column": (
        "ALTER TABLE editions RENAME COLUMN code TO sign",
        ops.RenameColumn("editions", "code", "x", if_exists=True),
    ),
}


@pytest.mark.parametrize("name", DONE_ALREADY)
def test_a_condition_that_fails_sends_nothing(database: Database, name: str) -> None:
    """What is done already is left exactly as it is, and the state is the one that the operation leads to."""
    done, operation = DONE_ALREADY[name]
    before = prepared(database, [ops.DropConstraint("ck_books_price", "books")])
    with database.engine.begin() as connection:
        connection.exec_driver_sql(done)
        as_it_was = facts(connection)
    after, statements = ran(database, [operation], before)
    assert statements == []
    assert after == operation.state_forwards(before)
    with database.engine.connect() as connection:
        assert facts(connection) == as_it_was


def test_what_waits_is_carried_out_before_the_question(database: Database) -> None:
    """A column dropped by the operation before is gone when the next one asks for it."""
    before = prepared(database, [])
    again = ops.AddColumn("books", Column("note", String(9), nullable=False), fill="'new'", if_not_exists=True)
    run(database, [ops.AlterColumn("books", "order", nullable=True), ops.DropColumn("books", "note"), again], before)
    with database.engine.connect() as connection:
        assert rows(connection, "books", ["note"]) == [("new",), ("new",)]


@pytest.mark.parametrize("database", ["sqlite", "mariadb"], indirect=True)
def test_names_are_looked_up_as_the_database_does(database: Database) -> None:
    """Where the database does not tell apart upper and lower case, `NOTE` is there when `note` is."""
    before = from_metadata(_table("t", Column("a", Integer)))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER, note INTEGER)")
    _, statements = ran(database, [ops.AddColumn("t", Column("NOTE", Integer), if_not_exists=True)], before)
    assert statements == []


@pytest.mark.parametrize("operation", [REVIEWS, DONE_ALREADY["add_column"][1]])
def test_the_state_does_not_know_the_flag(operation: Operation) -> None:
    """Applied twice on paper it is an error as ever: only the database may be ahead."""
    state = from_metadata(_table("books", Column("a", Integer)))
    with pytest.raises(StateError, match="already"):
        operation.state_forwards(operation.state_forwards(state))


SPOKEN = {
    ("sqlite", "create_table"): [
        "CREATE TABLE IF NOT EXISTS reviews",
        "CREATE INDEX IF NOT EXISTS ix_reviews_stars ON reviews (stars)",
    ],
    ("sqlite", "drop_table"): ["DROP TABLE IF EXISTS editions"],
    ("postgresql", "create_table"): [
        "CREATE TABLE IF NOT EXISTS reviews",
        "CREATE INDEX IF NOT EXISTS ix_reviews_stars ON reviews (stars)",
        "COMMENT ON COLUMN reviews.stars IS 'c'",
    ],
    ("postgresql", "drop_table"): ["DROP TABLE IF EXISTS editions"],
    ("postgresql", "rename_table"): [
        "ALTER TABLE IF EXISTS editions RENAME TO x",
    ],
    ("postgresql", "drop_column"): ["ALTER TABLE books DROP COLUMN IF EXISTS price"],
    ("mysql", "create_table"): [
        "CREATE TABLE IF NOT EXISTS reviews",
        None,
    ],
    ("mariadb", "create_table"): [
        "CREATE TABLE IF NOT EXISTS reviews",
        "CREATE INDEX IF NOT EXISTS ix_reviews_stars ON reviews (stars)",
    ],
    ("mariadb", "rename_table"): ["ALTER TABLE IF EXISTS editions RENAME TO x"],
    ("mariadb", "drop_column"): ["ALTER TABLE books DROP COLUMN IF EXISTS price"],
    ("mariadb", "rename_column"): ["ALTER TABLE editions RENAME COLUMN IF EXISTS code TO x"],
    ("sqlite", "drop_column"): [None],
    ("sqlite", "add_column"): [None],
    ("sqlite", "rename_column"): [None],
    ("postgresql", "rename_column"): [None],
    ("mysql", "drop_column"): [None],
    ("mariadb", "add_column"): [None],
}


@pytest.mark.parametrize(("dialect", "name"), SPOKEN)
def test_a_script_says_it_or_refuses(dialect: str, name: str) -> None:
    """Without a database to ask, each statement says its condition; where it has no words for it nothing is written."""
    metadata = _table("books", Column("a", Integer), Column("price", Integer))
    sa.Table("editions", metadata, Column("code", Integer), Column("year", Integer))
    wanted = SPOKEN[dialect, name]
    operations = [DONE_ALREADY[name][1]]
    if None in wanted:
        with pytest.raises(UnsupportedError, match="a script for this database cannot say IF") as caught:
            script(dialect_of(f"{dialect}://"), operations, from_metadata(metadata))
        assert "live connection" in str(caught.value.hint)
        return
    statements = script(dialect_of(f"{dialect}://"), operations, from_metadata(metadata))
    assert [s.partition(" (\n")[0] for s in statements] == wanted


@pytest.mark.parametrize("database", ["postgresql", "mariadb"], indirect=True)
def test_a_column_is_added_once_by_a_script(database: Database) -> None:
    """ADD COLUMN IF NOT EXISTS, run twice on the real database."""
    before = from_metadata(_table("t", Column("a", Integer)))
    run(database, [ops.CreateTable(before["t"])], SchemaState())
    dialect = dialect_of(f"{database.kind}://")
    add = ops.AddColumn("t", Column("b", Integer, server_default="1", nullable=False), if_not_exists=True)
    statements = script(dialect, [add], before)
    with database.engine.begin() as connection:
        for statement in statements * 2:
            connection.exec_driver_sql(statement)
        assert set(facts(connection)["t"].columns) == {"a", "b"}


def test_flags_keep_the_optimizer_off() -> None:
    """What follows a conditional operation is meant for the other case, too, so the two are not made one."""
    flagged = ops.AddColumn("t", Column("a", Integer), if_not_exists=True)
    assert flagged.absorb(ops.AlterColumn("t", "a", nullable=False, fill="1")) is None
    assert flagged.absorb(ops.DropColumn("t", "a")) is None
    assert REVIEWS.absorb(ops.AddColumn("reviews", Column("b", Integer))) is None
    assert ops.RenameTable("a", "b", if_exists=True).absorb(ops.DropTable("b")) is None
    plain = ops.AddColumn("t", Column("a", Integer))
    assert plain.absorb(ops.DropColumn("t", "a", if_exists=True)) == ()


def _table(name: str, *columns: Column[int]) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(name, metadata, *columns)
    return metadata
