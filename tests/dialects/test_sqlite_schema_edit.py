"""Changes of a SQLite table that leave its rows as they are: the schema is written, and no row."""

from __future__ import annotations

import asyncio
import importlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

from minimig import ops
from minimig.dialects.sqlite.create_sql import table_text
from minimig.dialects.sqlite.editor import SQLiteEditor
from minimig.dialects.sqlite.tokens import flat
from minimig.dialects.sqlite.untouched import is_understood, leaves_rows
from minimig.errors import DatabaseError, UnsupportedError
from minimig.operations.base import Operation
from support.databases import Database, newer_sqlite_in
from support.defensive import defend
from support.servers import missing_newer_sqlite
from support.sqlite_bench import Bench, Recording, drive, rebuilds

TABLE = 'or "der'
TABLES = [
    'CREATE TABLE "par ent" (id INTEGER PRIMARY KEY, code TEXT UNIQUE)',
    """CREATE TABLE "or ""der" ( -- a table, with (commas
        Id INTEGER PRIMARY KEY AUTOINCREMENT,
        "sel""ect" VARCHAR(40) COLLATE NOCASE NOT NULL ON CONFLICT FAIL
            DEFAULT 'it''s, (x%y' CONSTRAINT "my check" CHECK ("sel""ect" <> ')'),
        slug TEXT UNIQUE ON CONFLICT IGNORE,
        [größe] DECIMAL(10, 2) DEFAULT (1 + 2) CHECK ([größe] >= 0),
        code TEXT CONSTRAINT nn NOT NULL REFERENCES "par ent" (code) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        twice INTEGER GENERATED ALWAYS AS (Id * 2) STORED,
        "thrice" INTEGER AS (Id * 3),
        plain,
        small INT,
        made TIMESTAMP DEFAULT CURRENT_TIMESTAMP NULL,
        UNIQUE (code, "sel""ect" COLLATE NOCASE),
        CHECK ("or ""der".plain IS NULL OR length("or ""der".plain) < 100),
        CONSTRAINT fk_two FOREIGN KEY (slug) REFERENCES "par ent" (code) ON UPDATE CASCADE,
        UNIQUE (made, Id)
    )""",
    'CREATE UNIQUE INDEX ux_part ON "or ""der" (plain) WHERE plain > \'b\'',
    'CREATE INDEX ix_expr ON "or ""der" (lower("sel""ect"), "sel""ect" COLLATE BINARY DESC)',
    "CREATE TABLE log (what TEXT)",
    'CREATE TRIGGER tr_in AFTER INSERT ON "or ""der" BEGIN INSERT INTO log VALUES (\'in \' || NEW.slug); END',
    'CREATE TRIGGER tr_up AFTER UPDATE OF "sel""ect" ON "or ""der" BEGIN DELETE FROM log; END',
    'CREATE VIEW v AS SELECT Id, "sel""ect" FROM "or ""der"',
    'CREATE TABLE child (e INTEGER NOT NULL REFERENCES "or ""der" (Id) ON DELETE CASCADE)',
    "INSERT INTO \"par ent\" VALUES (1, 'p'), (2, 'q')",
    """INSERT INTO "or ""der" (Id, "sel""ect", slug, code, plain, small, made) VALUES
        (1, 'A', 'p', 'p', 'a', 1, 'once'), (7, 'b', NULL, 'p', 'c', NULL, NULL), (90, 'x', NULL, 'q', NULL, 9, 5)""",
    'DELETE FROM "or ""der" WHERE Id = 90',
    "DELETE FROM log",
    "INSERT INTO child VALUES (1), (7)",
]
SELECT = 'sel"ect'

EDITS: dict[str, list[Operation]] = {
    "widen": [ops.AlterColumn(TABLE, SELECT, type=sa.String(200, collation="NOCASE"))],
    "narrow": [ops.AlterColumn(TABLE, SELECT, type=sa.String(3, collation="NOCASE"))],
    "text": [ops.AlterColumn(TABLE, "slug", type=sa.String(12))],
    "number": [ops.AlterColumn(TABLE, "größe", type=sa.Numeric(12, 4))],
    "integer": [ops.AlterColumn(TABLE, "small", type=sa.BigInteger())],
    "drop not null": [ops.AlterColumn(TABLE, SELECT, nullable=True)],
    "drop named not null": [ops.AlterColumn(TABLE, "code", nullable=True)],
    "another default": [ops.AlterColumn(TABLE, SELECT, server_default="d'%d")],
    "an expression as default": [ops.AlterColumn(TABLE, "small", server_default=sa.text("(abs(-3))"))],
    "drop default": [ops.AlterColumn(TABLE, SELECT, server_default=None)],
    "add default": [ops.AlterColumn(TABLE, "plain", server_default="d")],
    "drop check": [ops.DropConstraint("my check", TABLE)],
    "drop key": [ops.DropConstraint("fk_two", TABLE)],
    "rename key": [ops.RenameConstraint("fk_two", "fk 2", TABLE)],
    "all at once": [
        ops.AlterColumn(TABLE, "slug", type=sa.String(12), server_default="s"),
        ops.DropConstraint("my check", TABLE),
        ops.AlterColumn(TABLE, SELECT, nullable=True),
        ops.AlterColumn(TABLE, "code", nullable=True),
        ops.DropConstraint("fk_two", TABLE),
        ops.CreateIndex("ix_new", TABLE, ["slug"]),
        ops.DropIndex("ux_part", TABLE),
        ops.AlterColumn(TABLE, "small", type=sa.SmallInteger()),
    ],
}
MARKED = {"an expression as default": 2, "add default": 2}
"""Edits of a default for which the rows are asked first, and how often they write the schema."""

COPIES: dict[str, list[Operation]] = {
    "another affinity": [ops.AlterColumn(TABLE, "small", type=sa.Text())],
    "another collation": [ops.AlterColumn(TABLE, SELECT, type=sa.String(40))],
    "not null": [ops.AlterColumn(TABLE, "small", nullable=False, fill="0")],
    "a check": [ops.AddConstraint(TABLE, sa.CheckConstraint("Id > 0", name="ck_new"))],
    "a key": [ops.AddConstraint(TABLE, sa.ForeignKeyConstraint(["small"], ["par ent.id"], name="fk_new"))],
    "a unique": [ops.AddConstraint(TABLE, sa.UniqueConstraint("plain", name="uq_new"))],
    "less unique": [ops.DropConstraint('uq_or "der_slug', TABLE)],
    "a unique behind another": [ops.RenameConstraint('uq_or "der_code_sel"ect', "uq", TABLE)],
    "a computed column": [ops.AlterColumn(TABLE, "thrice", type=sa.BigInteger())],
    "the rowid": [ops.AlterColumn(TABLE, "Id", server_default=sa.text("4"))],
    "no more counting": [ops.AlterTable(TABLE, sqlite_autoincrement=None)],
    "asked for": [ops.AlterColumn(TABLE, "small", type=sa.BigInteger()), ops.RebuildTable(TABLE)],
    "mixed": [ops.AlterColumn(TABLE, "small", type=sa.BigInteger()), ops.AlterColumn(TABLE, "slug", type=sa.Integer())],
}


@pytest.fixture
def bench(sqlite_database: Database) -> Bench:
    """An empty database."""
    return Bench(sqlite_database.engine)


@pytest.fixture
def order(bench: Bench) -> Bench:
    """A table with everything that SQLite knows, made by hand and adopted by reflection."""
    return with_order(bench)


def with_order(bench: Bench) -> Bench:
    """The tables in a database."""
    bench.sql(*TABLES)
    bench.adopt()
    return bench


@pytest.fixture
def small(bench: Bench) -> Bench:
    """A small table with a row."""
    bench.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(5) DEFAULT 'd' NOT NULL)", "INSERT INTO t VALUES (1, 'x')"
    )
    bench.adopt()
    return bench


WIDEN = ops.AlterColumn("t", "a", type=sa.String(50))


def edits(sent: list[str]) -> int:
    """How often the schema was written."""
    return sum(statement.startswith("UPDATE") and "sqlite_master SET sql" in statement for statement in sent)


def holds(bench: Bench) -> list[Any]:
    """All rows with their storage, and the schema but for white space, quotes and the order of constraints."""
    found: list[Any] = [
        sorted((kind, name, on) for kind, name, on in bench.rows("SELECT type, name, tbl_name FROM sqlite_master"))
    ]
    for name in (TABLE, "par ent", "child", "log", "sqlite_sequence"):
        quoted = '"' + name.replace('"', '""') + '"'
        columns = bench.rows(f"PRAGMA table_xinfo({quoted})")
        each = ", ".join('quote("' + row[1].replace('"', '""') + '")' for row in columns)
        text = table_text(bench.master(name))
        parts = sorted(tuple(token.strip('"[]') for token in flat(c.text)) for c in (*text.columns, *text.constraints))
        parts = [tuple(token for token in part if token not in (TABLE.replace('"', '""'), ".")) for part in parts]
        found += [columns, bench.rows(f"SELECT {each} FROM {quoted}"), parts, text.ending]
    return found


def intact(bench: Bench) -> None:
    """What SQLite itself says of the file, and that nobody may write to its schema any more."""
    assert bench.rows("PRAGMA integrity_check") == [("ok",)]
    assert bench.rows("PRAGMA foreign_key_check") == []
    assert bench.rows("PRAGMA writable_schema") == [(0,)]


# --- what is edited, and what is copied -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_one_statement_and_leads_where_the_copy_leads(order: Bench, tmp_path: Path, name: str) -> None:
    """Each kind of change: the schema is written once, no row is; all is as a copy leaves it. So does the way back."""
    copied = with_order(Bench(sa.create_engine(f"sqlite:///{tmp_path / 'copied.db'}", poolclass=NullPool)))
    before, first = holds(order), order.state
    sent = order.step(*EDITS[name])
    assert (edits(sent), rebuilds(sent)) == (MARKED.get(name, 1), 0)
    assert not any("SELECT" in statement for statement in sent)
    copied.step(*EDITS[name], ops.RebuildTable(TABLE))
    assert holds(order) == holds(copied) != before
    intact(order)
    states = [first]
    for operation in EDITS[name]:
        states.append(operation.state_forwards(states[-1]))
    back = [o.reverse(state) for o, state in zip(reversed(EDITS[name]), reversed(states[:-1]), strict=True)]
    sent = order.step(*back)
    looser = name in ("drop not null", "drop named not null", "drop check", "drop key", "all at once")
    assert (edits(sent), rebuilds(sent)) == ((0, 1) if looser else (MARKED.get(name, 1), 0))
    copied.step(*back, ops.RebuildTable(TABLE))
    assert holds(order) == holds(copied)
    assert holds(order)[2::4] == before[2::4]
    intact(order)


@pytest.mark.parametrize("name", EDITS)
def test_the_same_on_a_newer_sqlite(tmp_path: Path, name: str) -> None:
    """SQLite 3.53 alters some of it itself; what is left is edited, and the file is intact."""
    database = newer_sqlite_in(tmp_path)
    if database is None:
        missing_newer_sqlite()
    newer = with_order(Bench(database.engine))
    rows = newer.rows('SELECT *, rowid FROM "or ""der"')
    sent = newer.step(*EDITS[name])
    assert rebuilds(sent) == 0
    assert newer.rows('SELECT *, rowid FROM "or ""der"') == rows
    intact(newer)


@pytest.mark.parametrize("name", COPIES)
def test_everything_else_is_copied(order: Bench, name: str) -> None:
    """What rows must be looked at for, what indexes are stored by, and any mixture with it: one copy and no edit."""
    sent = order.step(*COPIES[name])
    assert (edits(sent), rebuilds(sent)) == (0, 1)
    intact(order)


@pytest.mark.parametrize(
    ("create", "change", "edited"),
    [
        ("(a VARCHAR(5) PRIMARY KEY)", ops.AlterColumn("t", "a", type=sa.Text()), True),
        ("(a VARCHAR(5) PRIMARY KEY) WITHOUT ROWID", ops.AlterColumn("t", "a", type=sa.Text()), False),
        (
            "(a VARCHAR(5), b INT NOT NULL, PRIMARY KEY (a)) WITHOUT ROWID",
            ops.AlterColumn("t", "b", nullable=True),
            True,
        ),
        ("(a BIGINT PRIMARY KEY)", ops.AlterColumn("t", "a", type=sa.Integer()), False),
        ("(a INTEGER PRIMARY KEY)", ops.AlterColumn("t", "a", type=sa.SmallInteger()), False),
        ("(a INT NOT NULL, b TEXT) STRICT", ops.AlterColumn("t", "a", nullable=True), True),
        ("(a INT NOT NULL, b TEXT) STRICT", ops.AlterColumn("t", "b", server_default="x"), True),
        ("(a FLOAT)", ops.AlterColumn("t", "a", type=sa.Double()), True),
        ("(a BLOB)", ops.AlterColumn("t", "a", type=sa.Text()), False),
    ],
    ids=[
        "key",
        "stored by key",
        "beside it",
        "to rowid",
        "rowid",
        "strict",
        "strict, default",
        "float",
        "bytes",
    ],
)
def test_where_the_line_is(bench: Bench, create: str, change: Operation, edited: bool) -> None:
    """A key is stored as an index and a rowid as itself; a STRICT table may be looser, or have another default."""
    bench.sql(
        f"CREATE TABLE t {create}",
        "INSERT INTO t (a) VALUES (1)" if "b INT" not in create else "INSERT INTO t VALUES (1, 2)",
    )
    bench.adopt()
    sent = bench.step(change)
    assert (edits(sent) > 0, rebuilds(sent)) == (edited, int(not edited))
    intact(bench)


def test_a_table_without_rows_is_built_under_its_own_name(small: Bench) -> None:
    """There is nothing to copy, and SQLite need not read the whole schema again."""
    small.sql("DELETE FROM t")
    assert [statement.split()[0] for statement in small.step(WIDEN)] == ["DROP", "CREATE"]


def test_enforced_keys_and_open_results_are_no_obstacle(order: Bench) -> None:
    """Nothing is dropped: children stay with keys enforced, and who reads the table may go on reading."""
    with order.transaction(enforced=True) as connection:
        result = connection.exec_driver_sql('SELECT Id FROM "or ""der" ORDER BY Id')
        assert result.fetchone() == (1,)
        assert rebuilds(order.run(connection, EDITS["widen"])) == 0
        assert result.fetchone() == (7,)
    assert order.rows("SELECT e FROM child") == [(1,), (7,)]
    intact(order)


def test_never_allows_what_copies_nothing(small: Bench) -> None:
    """`minimig_rebuild="never"` refuses copies; an edit is none, with or without rows."""
    small.engine = small.engine.execution_options(minimig_rebuild="never")
    assert edits(small.step(WIDEN)) == 1
    with pytest.raises(UnsupportedError, match="building table t anew"):
        small.step(ops.AlterColumn("t", "a", type=sa.Integer()))
    small.sql("DELETE FROM t")
    assert edits(small.step(ops.AlterColumn("t", "a", type=sa.String(60)))) == 1


# --- rows that are older than a column --------------------------------------------------------------------------------


def aged(bench: Bench, *more: str) -> Bench:
    """A table with a row that is older than its last two columns, and one that is not."""
    bench.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY)",
        "INSERT INTO t VALUES (1)",
        "ALTER TABLE t ADD COLUMN a TEXT DEFAULT 'old'",
        "ALTER TABLE t ADD COLUMN b INT",
        "CREATE INDEX ix ON t (a)",
        "INSERT INTO t VALUES (2, 'own', 5)",
        *more,
    )
    bench.adopt()
    return bench


@pytest.mark.parametrize(("column", "default"), [("a", "new"), ("a", None), ("b", "7")], ids=["change", "drop", "add"])
def test_rows_older_than_a_column_keep_their_values(bench: Bench, column: str, default: str | None) -> None:
    """ADD COLUMN writes no row, so such rows read as the default says: they are copied, and hold what they held."""
    aged(bench)
    sent = bench.step(ops.AlterColumn("t", column, server_default=default))
    assert (edits(sent), rebuilds(sent)) == (2, 1)
    assert bench.rows("SELECT * FROM t") == [(1, "old", None), (2, "own", 5)]
    intact(bench)


def test_other_edits_leave_such_rows_alone(bench: Bench) -> None:
    """A type of the same affinity: the default is read as before, and the row is not written."""
    sent = aged(bench).step(
        ops.AlterColumn("t", "a", type=sa.String(9)), ops.AlterColumn("t", "b", type=sa.BigInteger())
    )
    assert (edits(sent), rebuilds(sent)) == (1, 0)
    assert bench.rows("SELECT * FROM t") == [(1, "old", None), (2, "own", 5)]


def test_rows_written_since_are_no_longer_short(bench: Bench) -> None:
    """The rows are asked, by a mark as default, and each was written since: an edit, and no mark is left."""
    aged(bench, "UPDATE t SET id = id + 10")
    sent = bench.step(ops.AlterColumn("t", "a", server_default="new"))
    assert (edits(sent), rebuilds(sent)) == (2, 0)
    assert "DEFAULT x'" in sent[0]
    assert bench.rows("SELECT * FROM t") == [(11, "old", None), (12, "own", 5)]
    assert bench.rows("SELECT dflt_value FROM pragma_table_info('t')") == [(None,), ("'new'",), (None,)]
    intact(bench)


def test_a_name_that_would_be_a_string_in_a_query(bench: Bench) -> None:
    """CREATE TABLE and ADD COLUMN take 'b' for a name; the question to the rows must not compare a string."""
    bench.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY)",
        "INSERT INTO t VALUES (1)",
        "ALTER TABLE t ADD COLUMN 'b' TEXT DEFAULT 'old'",
    )
    bench.adopt()
    assert rebuilds(bench.step(ops.AlterColumn("t", "b", server_default="new"))) == 1
    assert bench.rows("SELECT * FROM t") == [(1, "old")]


def test_what_a_column_says_twice_changes_as_a_whole(bench: Bench) -> None:
    """SQLite takes two defaults and heeds the last; of two NOT NULL the second would stay behind."""
    bench.sql("CREATE TABLE t (id INTEGER, a INT DEFAULT 1 NOT NULL DEFAULT 2 NOT NULL)", "INSERT INTO t VALUES (1, 1)")
    bench.adopt()
    assert rebuilds(bench.step(ops.AlterColumn("t", "a", server_default=sa.text("3"), nullable=True))) == 0
    assert bench.rows("SELECT \"notnull\", dflt_value FROM pragma_table_info('t') WHERE name = 'a'") == [(0, "3")]


def test_an_index_is_not_believed(bench: Bench) -> None:
    """It holds the default of when it was made, and a table WITHOUT ROWID is looked for in it whatever is said."""
    bench.sql(
        "CREATE TABLE t (id TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID",
        "INSERT INTO t VALUES (1, 2)",
        "ALTER TABLE t ADD COLUMN b TEXT",
        "CREATE INDEX ix ON t (b)",
    )
    bench.adopt()
    assert rebuilds(bench.step(ops.AlterColumn("t", "b", server_default="new"))) == 1
    assert bench.rows("SELECT * FROM t") == [("1", "2", None)]
    bench.sql("DROP INDEX ix", "ALTER TABLE t ADD COLUMN c TEXT")
    bench.adopt()
    sent = bench.step(ops.AlterColumn("t", "b", server_default="newer"))
    assert (edits(sent), rebuilds(sent)) == (2, 0)
    assert rebuilds(bench.step(ops.AlterColumn("t", "c", server_default="new"))) == 1
    assert bench.rows("SELECT * FROM t") == [("1", "2", None, None)]


def test_a_computed_column_is_added_whatever_it_says(bench: Bench) -> None:
    """NOT NULL proves nothing of it: ADD COLUMN takes it where there are rows."""
    aged(bench, "ALTER TABLE t ADD COLUMN c INT NOT NULL AS (id)")
    sent = bench.step(ops.AlterColumn("t", "a", server_default="new"))
    assert rebuilds(sent) == 1
    assert bench.rows("SELECT * FROM t") == [(1, "old", None, 1), (2, "own", 5, 2)]


def test_a_row_short_behind_the_changed_column_is_no_reason(bench: Bench) -> None:
    """Older than `b` but not than `a`: the default of `a` may change."""
    bench.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'old')",
        "INSERT INTO t (id) VALUES (1)",
        "ALTER TABLE t ADD COLUMN b INT DEFAULT 5",
    )
    bench.adopt()
    sent = bench.step(ops.AlterColumn("t", "a", server_default="new"))
    assert (edits(sent), rebuilds(sent)) == (2, 0)
    assert bench.rows("SELECT * FROM t") == [(1, "old", 5)]


@pytest.mark.parametrize(
    ("behind", "asked"),
    [
        ("b INT NOT NULL", False),
        ("b INT UNIQUE", True),
        ("b INT, c INT NOT NULL DEFAULT 3, d TEXT NOT NULL, e", False),
        ("b INT, c INT NOT NULL AS (id)", True),
        ("b INT CHECK (b <> 3)", True),
        ("b INT NOT NULL DEFAULT 5", True),
        ("b INT NOT NULL DEFAULT NULL", True),
    ],
)
def test_rows_are_asked_only_where_add_column_may_have_been(bench: Bench, behind: str, asked: bool) -> None:
    """A column that ADD COLUMN refuses was there from the start, and so was every one in front of it."""
    bench.sql(f"CREATE TABLE t (a TEXT, {behind}, id INTEGER PRIMARY KEY NOT NULL)")
    bench.sql("INSERT INTO t (b, d) VALUES (1, 2)" if "d TEXT" in behind else "INSERT INTO t (b) VALUES (1)")
    bench.adopt()
    assert edits(bench.step(ops.AlterColumn("t", "a", server_default="new"))) == 1 + asked


# --- databases that refuse, and what fails on the way -----------------------------------------------------------------


def denying(*denied: tuple[int, str], answer: int = sqlite3.SQLITE_DENY) -> Callable[..., int]:
    """An authorizer that minds these actions on these things."""

    def answered(action: int, one: str | None, two: str | None, *_: Any) -> int:
        hit = any(action == code and what == one for code, what in denied)
        return answer if hit and not (action == sqlite3.SQLITE_PRAGMA and two is None) else sqlite3.SQLITE_OK

    return answered


@contextmanager
def authorized(bench: Bench, by: Callable[..., int]) -> Iterator[None]:
    """Every connection meanwhile asks this function."""

    def connected(connection: Any, _: Any) -> None:
        connection.set_authorizer(by)

    sa.event.listen(bench.engine, "connect", connected)
    yield
    sa.event.remove(bench.engine, "connect", connected)
    bench.engine.dispose()


def test_defensive_mode_gets_the_copy(small: Bench) -> None:
    """SQLITE_DBCONFIG_DEFENSIVE: no error, not even an attempt among the statements, and the copy."""
    sa.event.listen(small.engine, "connect", lambda connection, _: defend(connection))
    sent = small.step(WIDEN)
    assert (edits(sent), rebuilds(sent)) == (0, 1)
    intact(small)


def test_a_switch_that_does_nothing_gets_the_copy(small: Bench) -> None:
    """An authorizer that lets nobody write into the schema."""
    by = denying((sqlite3.SQLITE_PRAGMA, "writable_schema"), answer=sqlite3.SQLITE_IGNORE)
    with authorized(small, by):
        sent = small.step(WIDEN)
    assert (edits(sent), rebuilds(sent)) == (0, 1)
    intact(small)


def test_what_a_scratch_database_does_not_know_gets_the_copy(bench: Bench) -> None:
    """A function or collation of the program's own cannot be tried elsewhere."""

    def connected(connection: Any, _: Any) -> None:
        connection.create_function("mine", 1, lambda value: value, deterministic=True)
        connection.create_collation("ours", lambda one, two: (one > two) - (one < two))

    sa.event.listen(bench.engine, "connect", connected)
    for column in ("c TEXT CHECK (mine(c) <> 'x')", "c TEXT COLLATE ours"):
        bench.sql(f"CREATE TABLE t (a VARCHAR(5), {column})", "INSERT INTO t VALUES ('x', 'y')")
        bench.adopt()
        sent = bench.step(WIDEN)
        assert (edits(sent), rebuilds(sent)) == (0, 1)
        bench.sql("DROP TABLE t")


@pytest.mark.parametrize("change", [{"driver": "another"}, {"dbapi": "pysqlite3"}], ids=["driver", "another SQLite"])
def test_a_database_that_cannot_be_tried_gets_the_copy(small: Bench, change: dict[str, str]) -> None:
    """A driver that nobody has tried, or a scratch database of another SQLite than the one that runs."""
    dialect: Any = small.engine.dialect
    if "dbapi" in change:
        if newer_sqlite_in(Path()) is None:
            missing_newer_sqlite()
        change["dbapi"] = importlib.import_module(change["dbapi"])
    vars(dialect).update(change)
    sent = small.step(WIDEN)
    assert (edits(sent), rebuilds(sent)) == (0, 1)


def test_a_schema_that_is_not_read_again_is_taken_back(small: Bench) -> None:
    """Without another schema_version SQLite goes on with what it knew: an error says so, and nothing has changed."""
    before = small.rows("SELECT * FROM sqlite_master")
    by = denying((sqlite3.SQLITE_PRAGMA, "schema_version"), answer=sqlite3.SQLITE_IGNORE)
    with authorized(small, by), pytest.raises(DatabaseError, match="the schema was written anew for table t"):
        small.step(WIDEN)
    assert small.rows("SELECT * FROM sqlite_master") == before
    intact(small)


WORDS = ["UPDATE main.sqlite_master", "PRAGMA main.schema_version =", "SELECT sql FROM main", "EXPLAIN QUERY"]


@pytest.mark.parametrize("words", WORDS)
def test_an_error_at_any_statement_leaves_the_old_schema(small: Bench, words: str) -> None:
    """In a transaction, without one, in a caller's who commits all the same; and nobody may write schemas after it."""
    change = ops.AlterColumn("t", "a", server_default="new")  # the rows are asked: see the last statement
    engine = small.engine = sa.create_engine(small.engine.url, poolclass=StaticPool)
    before, state = small.rows("SELECT * FROM sqlite_master"), small.state
    inside: list[bool] = []

    def fail(connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(words):
            driver: Any = connection.connection.driver_connection
            inside.append(driver.in_transaction)
            raise RuntimeError(words)

    sa.event.listen(engine, "before_cursor_execute", fail)
    with pytest.raises(RuntimeError):
        small.step(change)
    intact(small)
    with small.transaction() as connection, pytest.raises(RuntimeError):
        small.run(connection, [change])
    autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection, pytest.raises(RuntimeError):
        drive(SQLiteEditor(connection.dialect, Recording(connection)), state, [change])
    sa.event.remove(engine, "before_cursor_execute", fail)
    assert inside == [True, True, True]
    assert small.rows("SELECT * FROM sqlite_master") == before
    intact(small)
    engine.dispose()


def test_without_a_transaction_a_new_index_that_fails_takes_the_edit_back(small: Bench) -> None:
    """All or nothing: else the edit would stand, and the migration could not be sent again."""
    small.sql("CREATE TABLE u (a VARCHAR(5), CONSTRAINT ck CHECK (a <> 'y'))", "INSERT INTO u VALUES ('x'), ('x')")
    small.adopt()
    before = small.rows("SELECT * FROM sqlite_master")
    autocommit = small.engine.execution_options(isolation_level="AUTOCOMMIT")
    changes = [ops.DropConstraint("ck", "u"), ops.CreateIndex("ux", "u", ["a"], unique=True)]
    with autocommit.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        drive(SQLiteEditor(connection.dialect, Recording(connection)), small.state, changes)
    assert small.rows("SELECT * FROM sqlite_master") == before


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
@pytest.mark.parametrize("type_", [sa.Text(), sa.Integer()], ids=["edit", "copy"])
def test_without_a_transaction_nobody_comes_in_between(small: Bench, type_: Any, mode: str) -> None:
    """From the first look at the table to the last statement: a column of somebody else's would be lost."""
    small.rows(f"PRAGMA journal_mode = {mode}")
    others: list[str] = []

    def come(_: sa.Connection, __: Any, statement: str, *___: Any) -> None:
        if not statement.startswith(("SELECT sqlite_source_id", "CREATE TABLE")) or others:
            return
        other = sqlite3.connect(str(small.engine.url.database), timeout=0)
        try:
            other.execute("ALTER TABLE t ADD COLUMN mine DEFAULT 8")
            others.append("came")
        except sqlite3.OperationalError as error:
            others.append(str(error))
        other.close()

    sa.event.listen(small.engine, "before_cursor_execute", come)
    autocommit = small.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        change = ops.AlterColumn("t", "a", type=type_)
        drive(SQLiteEditor(connection.dialect, Recording(connection)), small.state, [change])
    sa.event.remove(small.engine, "before_cursor_execute", come)
    assert others == ["database is locked"]
    intact(small)


def test_a_connection_that_is_gone_is_not_tidied_up(small: Bench) -> None:
    """SQLAlchemy drops it when a task is cancelled: that must be what the caller hears, and the old schema stands."""
    before = small.rows("SELECT * FROM sqlite_master")

    def cancel(connection: sa.Connection, _: Any, statement: str, *__: Any) -> None:
        if statement.startswith("UPDATE main"):
            connection.invalidate()
            raise asyncio.CancelledError

    sa.event.listen(small.engine, "before_cursor_execute", cancel)
    with pytest.raises(asyncio.CancelledError):
        small.step(WIDEN)
    assert small.rows("SELECT * FROM sqlite_master") == before
    intact(small)


def test_a_writable_schema_stays_so_for_who_wants_it(small: Bench) -> None:
    """The setting is given back as it was."""
    small.engine = sa.create_engine(small.engine.url, poolclass=StaticPool)
    small.rows("PRAGMA writable_schema")
    with small.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
    assert edits(small.step(WIDEN)) == 1
    assert small.rows("PRAGMA writable_schema") == [(1,)]


# --- who else is there ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_other_connections_read_the_new_schema(small: Bench, mode: str) -> None:
    """One that has read the table before, and a statement that it has prepared, go by the new text at once."""
    small.rows(f"PRAGMA journal_mode = {mode}")
    other = sqlite3.connect(str(small.engine.url.database), isolation_level=None)
    insert = "INSERT INTO t (id, a) VALUES (?, NULL)"
    with pytest.raises(sqlite3.IntegrityError):
        other.execute(insert, (2,))
    assert edits(small.step(ops.AlterColumn("t", "a", nullable=True, type=sa.Text()))) == 1
    other.execute(insert, (2,))
    assert other.execute("SELECT type, \"notnull\" FROM pragma_table_info('t')").fetchall()[1] == ("TEXT", 0)
    other.close()
    intact(small)


def test_after_a_rollback_another_schema_is_not_mistaken_for_ours(small: Bench) -> None:
    """The number of the schema that was taken back is given again, by another connection, to another schema."""
    engine = sa.create_engine(small.engine.url, poolclass=StaticPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        small.run(connection, [WIDEN])
        connection.rollback()
    other = sqlite3.connect(str(small.engine.url.database), isolation_level=None)
    other.execute("ALTER TABLE t ADD COLUMN b DEFAULT 8")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM t").all() == [(1, "x", 8)]
        assert connection.exec_driver_sql("PRAGMA table_info(t)").all()[1][2] == "VARCHAR(5)"
    other.close()
    engine.dispose()


@pytest.mark.parametrize("schema", ["other", "temp"])
def test_attached_and_temporary_tables(bench: Bench, tmp_path: Path, schema: str) -> None:
    """The text is written where the table is; a table of the same name in the main file is left alone."""
    engine = bench.engine = sa.create_engine(bench.engine.url, poolclass=StaticPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("ATTACH DATABASE ? AS other", (str(tmp_path / "o.db"),))
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)")
        connection.exec_driver_sql(f"CREATE TABLE {schema}.t (id INTEGER PRIMARY KEY, a VARCHAR(5) NOT NULL, b INT)")
        connection.exec_driver_sql(f"INSERT INTO {schema}.t VALUES (1, 'x', 2)")
        connection.commit()
    create = ops.CreateTable(
        "t",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(5), nullable=False),
        sa.Column("b", sa.Integer),
        schema=schema,
    )
    bench.state = create.state_forwards(bench.state)
    sent = bench.step(
        ops.AlterColumn("t", "a", nullable=True, type=sa.Text(), schema=schema),
        ops.AlterColumn("t", "b", server_default="5", schema=schema),
    )
    assert (edits(sent), rebuilds(sent)) == (2, 0)
    assert bench.rows(f"SELECT * FROM {schema}.t") == [(1, "x", 2)]
    assert bench.rows(f"PRAGMA {schema}.table_info(t)")[1][2:4] == ("TEXT", 0)
    assert bench.master("t") == "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"
    intact(bench)
    engine.dispose()


# --- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("create", "understood"),
    [
        ("CREATE TABLE t (a INT CONSTRAINT x, b INT /* (c */ DEFAULT ')') strict", True),
        ("CREATE TABLE [t] (a INT, UNIQUE (a) CHECK (a > 1))", False),
        ("CREATE TABLE t (a, UNIQUE (a), PRIMARY KEY (a))", False),
        ("CREATE TABLE t (a INT) WITHOUT /* */ ROWID", True),
    ],
    ids=["odd", "no comma", "put in order", "comment"],
)
def test_only_a_text_that_is_understood_to_the_last_word_is_edited(create: str, understood: bool) -> None:
    """Taken apart and put together again it is the same but for white space and comments; else it is left alone."""
    assert is_understood(create) is understood


def test_no_part_may_be_lost_from_a_text() -> None:
    """Two texts of which the second asks less, and one that asks more or something else."""
    live = table_text("CREATE TABLE t (a VARCHAR(5) NOT NULL CHECK (a <> 'x  y'), b INT UNIQUE, UNIQUE (a))")
    for text, answer in {
        "a VARCHAR(5) NOT NULL CHECK (a <> 'x  y'), b INT UNIQUE, UNIQUE (a)": True,
        "a TEXT, b BIGINT UNIQUE, CONSTRAINT u UNIQUE (a)": True,
        "a VARCHAR(5) CHECK (a <> 'x y'), b INT UNIQUE, UNIQUE (a)": False,
        "a VARCHAR(5), b INT, UNIQUE (a)": False,
        "a VARCHAR(5), b INT, UNIQUE (a), UNIQUE (b)": False,
        "a VARCHAR(5), b INT UNIQUE, UNIQUE (a) ON CONFLICT IGNORE": False,
        "a VARCHAR(5), b INT NOT NULL UNIQUE, UNIQUE (a)": False,
        "a VARCHAR(5) COLLATE NOCASE, b INT UNIQUE, UNIQUE (a)": False,
        "b INT UNIQUE, a VARCHAR(5), UNIQUE (a)": False,
        "a VARCHAR(5), b INT UNIQUE, c, UNIQUE (a)": False,
        "a VARCHAR(5) AS (b), b INT UNIQUE, UNIQUE (a)": False,
        "a VARCHAR(5), b INT UNIQUE REFERENCES t (a), UNIQUE (a)": False,
    }.items():
        assert leaves_rows(live, table_text(f"CREATE TABLE t ({text})")) is answer, text


def test_a_script_copies_and_says_that_a_connection_would_not(small: Bench) -> None:
    """A script is for a database that nobody has looked at."""
    for operation, said in ((WIDEN, True), (ops.AlterColumn("t", "a", type=sa.Integer()), False)):
        output = Recording(None)
        drive(SQLiteEditor(small.engine.dialect, output), small.state, [operation])
        assert ("copies no row for this change" in output.sent[0]) is said
        assert rebuilds(output.sent) == 1
