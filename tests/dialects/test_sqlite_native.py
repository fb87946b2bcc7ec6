"""What newer SQLites' own ALTER TABLE does, on a real one; and that older ones are not asked for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from minimig import ops
from minimig.dialects.sqlite.editor import SQLiteEditor
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from support.databases import newer_sqlite_in
from support.servers import missing_newer_sqlite
from support.sqlite_bench import Bench, Recording, drive, rebuilds

TABLE = ops.CreateTable(
    "or der",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("Not", sa.String(20), nullable=False),
    sa.Column("b", sa.Integer),
    sa.CheckConstraint("b > 0", name="my check"),
)
SET = ops.AlterColumn("or der", "b", nullable=False)
DROP = ops.AlterColumn("or der", "Not", nullable=True)
NO_CHECK = ops.DropConstraint("my check", "or der")
CHECK = ops.AddConstraint("or der", sa.CheckConstraint("b <> 7", name="another"))


@pytest.fixture
def newer(tmp_path: Path) -> Bench:
    """A table with rows on SQLite 3.53 or later."""
    database = newer_sqlite_in(tmp_path)
    if database is None:
        missing_newer_sqlite()
    bench = Bench(database.engine)
    bench.step(TABLE)
    bench.sql("""INSERT INTO "or der" VALUES (1, 'x', 1), (2, 'y', 2)""")
    return bench


@pytest.mark.parametrize("operation", [SET, DROP, NO_CHECK], ids=["set not null", "drop not null", "drop check"])
def test_not_null_and_checks_change_in_place(newer: Bench, operation: Operation) -> None:
    """One ALTER TABLE and no copy; the way back leads to the same columns and constraints, rows in place."""
    before = newer.state
    columns = newer.rows("SELECT * FROM pragma_table_info('or der')")
    sent = newer.step(operation)
    assert len(sent) == 1
    assert sent[0].startswith('ALTER TABLE "or der" ')
    newer.adopt()
    assert newer.state["or der"].columns["b"].nullable == (operation is not SET)
    assert newer.state["or der"].columns["Not"].nullable == (operation is DROP)
    assert ("my check" in newer.state["or der"].constraints) == (operation is not NO_CHECK)
    newer.state = operation.state_forwards(before)
    newer.step(operation.reverse(before))
    assert newer.rows("SELECT * FROM pragma_table_info('or der')") == columns
    assert 'CONSTRAINT "my check" CHECK (b > 0)' in newer.master("or der")
    assert newer.rows('SELECT * FROM "or der"') == [(1, "x", 1), (2, "y", 2)]


def test_rows_that_do_not_fit_stop_it(newer: Bench) -> None:
    """NULLs under a new NOT NULL: the error passes and nothing has changed."""
    newer.sql("""INSERT INTO "or der" VALUES (3, 'z', NULL)""")
    before = newer.master("or der")
    with pytest.raises(sa.exc.IntegrityError):
        newer.step(DROP, SET)
    assert newer.master("or der") == before


def test_more_than_not_null_takes_a_rebuild(newer: Bench) -> None:
    """A fill, another type beside it, a rebuild that waits: one rebuild, and no ALTER COLUMN."""
    for operations in (
        [ops.AlterColumn("or der", "b", nullable=False, fill="0")],
        [ops.AlterColumn("or der", "Not", nullable=True, type=sa.Integer())],
        [ops.AlterColumn("or der", "Not", type=sa.Text()), ops.AlterColumn("or der", "b", nullable=True)],
    ):
        sent = newer.step(*operations)
        assert rebuilds(sent) == 1
        assert not any("ALTER COLUMN" in statement for statement in sent)


def test_a_check_without_a_name_in_the_database_is_not_dropped_by_name(newer: Bench) -> None:
    """DROP CONSTRAINT works by name; what the state calls by a made-up name has none."""
    newer.sql(
        "CREATE TABLE t (a INTEGER CHECK (a > 0), b INTEGER CONSTRAINT one UNIQUE)", "INSERT INTO t VALUES (1, 1)"
    )
    newer.adopt()
    (name,) = (name for name in newer.state["t"].constraints if name.startswith("ck_"))
    sent = newer.step(ops.DropConstraint(name, "t"))
    assert not any("DROP CONSTRAINT" in statement for statement in sent)
    assert "CHECK" not in newer.master("t")


def test_never_leaves_what_alter_can_do(newer: Bench) -> None:
    """Where rebuilds are not wanted, this version still changes NOT NULL."""
    engine = newer.engine
    newer.engine = engine.execution_options(minimig_rebuild="never")
    newer.step(SET)
    with pytest.raises(UnsupportedError, match=r"building table or der anew[\s\S]*leave the option out"):
        newer.step(ops.AlterColumn("or der", "b", type=sa.Text()))


@pytest.mark.parametrize(
    ("version", "native"),
    [
        ((3, 40, 0), []),
        ((3, 52, 0), []),
        ((3, 53, 0), [SET, DROP, NO_CHECK]),
        ((3, 54, 0), [SET, DROP, NO_CHECK, CHECK]),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_each_version_is_asked_for_what_it_can(version: tuple[int, ...], native: list[Operation]) -> None:
    """ADD CONSTRAINT waits for 3.54: 3.53 refuses rows for which the CHECK is NULL, which any other way allows."""
    dialect = sqlite.dialect()
    dialect.server_version_info = version
    before = TABLE.state_forwards(Bench(sa.create_engine("sqlite://")).state)
    for operation in (SET, DROP, NO_CHECK, CHECK):
        output = Recording(None)
        drive(SQLiteEditor(dialect, output), before, [operation])
        assert rebuilds(output.sent) == (operation not in native)
        assert (len(output.sent) == 1) == (operation in native)


def test_the_statements_themselves() -> None:
    """As SQLite's manual has them ("ALTER TABLE")."""
    dialect = sqlite.dialect()
    dialect.server_version_info = (3, 54, 1)
    output = Recording(None)
    before = TABLE.state_forwards(Bench(sa.create_engine("sqlite://")).state)
    drive(SQLiteEditor(dialect, output), before, [SET, DROP, NO_CHECK, CHECK])
    assert output.sent == [
        'ALTER TABLE "or der" ALTER COLUMN b SET NOT NULL',
        'ALTER TABLE "or der" ALTER COLUMN "Not" DROP NOT NULL',
        'ALTER TABLE "or der" DROP CONSTRAINT "my check"',
        'ALTER TABLE "or der" ADD CONSTRAINT another CHECK (b <> 7)',
    ]
