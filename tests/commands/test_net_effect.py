"""A fresh database gets what many revisions lead to at once, and that is what they would have made one by one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from minimig.commands.applying import MigrateResult
from minimig.commands.net_effect import ENOUGH
from minimig.errors import MigrationFailedError, UnsupportedError
from support.catalog import dump
from support.databases import Database
from support.histories import History, revision

DATA_STEP = 'up = [ops.RunSQL("INSERT INTO t1 (id, a) VALUES (1, 1)", reverse="DELETE FROM t1")]'
CLOCK = 9
"""How wide the rows of the version table are, which hold times; those of all else are narrower."""

ENV = """
from dataclasses import replace
from pathlib import Path

SEEN = Path(__file__).with_name("seen.txt")


def note(step, connection):
    with SEEN.open("a") as file:
        file.write(step.revision + "\\n")


def configure(environment):
    return replace(environment, on_step=(note,))
"""
HEAD = """
KEY = sa.Column("id", sa.Integer, primary_key=True)
MOOD = sa.Column("mood", sa.Enum("well", "ill", name="{t}_mood"))

"""
CHANGES = """
up = [ops.CreateTable("{t}", KEY, sa.Column("a", sa.Integer, unique=True))]
up = [ops.AddColumn("{t}", sa.Column("b", sa.String(20), nullable=False, server_default="x"))]
up = [ops.CreateIndex("ix_{t}_b", "{t}", ["b"]), ops.AddConstraint("{t}", sa.CheckConstraint("a > 0", name="ck{t}"))]
up = [ops.AddColumn("{t}", sa.Column("c", sa.Integer)), ops.AlterColumn("{t}", "b", type=sa.String(50))]
up = [ops.CreateTable("{t}_old", KEY, sa.Column("t", sa.Integer, sa.ForeignKey("{t}.id")), MOOD)]
up = [ops.RenameColumn("{t}", "c", "d"), ops.AlterColumn("{t}", "a", nullable=False)]
up = [ops.RenameTable("{t}_old", "{t}_new"), ops.AddColumn("{t}_new", sa.Column("e", sa.Text))]
up = [ops.CreateTable("{t}_gone", KEY), ops.RenameIndex("ix_{t}_b", "ix_{t}", "{t}")]
up = [ops.DropTable("{t}_gone"), ops.AddEnumValue("{t}_mood", "so", before="ill")]
up = [ops.RenameColumn("{t}_new", "id", "key"), ops.AlterColumn("{t}", "id", type=sa.BigInteger)]
"""
"""What a history does again and again, each line with a table of its own in place of `{t}`."""

SQUASH = """
replaces = ["0001_step", "0002_step"]
up = [
    ops.CreateTable(
        "t0",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, unique=True),
        sa.Column("b", sa.String(20), nullable=False, server_default="x"),
    )
]
"""


def long_history(history: History, rounds: int = 6) -> History:
    """A little more than enough revisions that only change the schema."""
    for round_ in range(rounds):
        for body in CHANGES.strip().splitlines():
            number = len(history.names) + 1
            history.write(f"{number:04}_step", (HEAD + body).replace("{t}", f"t{round_}"))
    assert len(history.names) >= ENOUGH
    return history


def facts(database: Database) -> dict[str, Any]:
    """The catalog without what the clock gave, and the columns of each table in their order.

    Also without columns of primary keys' indexes: they keep the name that a column had, where nobody sees it.
    """
    inspector = sa.inspect(database.engine)
    columns = {
        name: [str((c["name"], c["type"], c["nullable"], c["default"])) for c in inspector.get_columns(name)]
        for name in inspector.get_table_names()
    }
    rows = "SELECT app, name, checksum, file_checksum, tool, way_back, unfinished FROM minimig_version ORDER BY name"
    with database.engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(rows)]
        catalog = dump(connection) if database.kind == "postgresql" else []
    told = [row for part in catalog for row in part if len(row) < CLOCK and not str(row[0]).endswith("_pkey")]
    return {"columns": columns, "rows": found, "catalog": told}


@pytest.fixture
def history(tmp_path: Path, sqlite_database: Database) -> History:
    """Revisions that only change the schema, and SQLite."""
    return long_history(History.at(tmp_path, sqlite_database))


def each(result: MigrateResult) -> int:
    """How many steps a result tells of."""
    return len(result.steps)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_it_is_what_the_revisions_make(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    """Catalog, order of columns and version rows are the same; so is what the way back leaves."""
    found: Database = request.getfixturevalue(f"{kind}_database")
    history = long_history(History.at(tmp_path, found))
    result = history.migrate()
    assert result.at_once == each(result) == len(history.names)
    at_once = facts(found)
    history.migrate("zero")
    assert history.tables == set()
    assert history.migrate(one_by_one=True).at_once == 0
    assert facts(found) == at_once
    found.clear()


def test_it_says_so(history: History) -> None:
    """The plan and the run tell what is made at once; the rest is a line each, as ever."""
    history.write("9001_data", DATA_STEP)
    history.write("9002_more", 'up = [ops.AddColumn("t1", sa.Column("z", sa.Integer))]')
    project = history.project()
    many = len(history.names)
    plan = project.run("migrate", "--plan").out
    assert f"On this fresh database the first {many - 2} are made at once: only what they lead to." in plan
    done = project.run("migrate")
    assert done.err.startswith(f"Running {many} migrations on ")
    lines = done.out.splitlines()
    assert lines[0].startswith(f"  Making at once what the first {many - 2} migrations lead to ...")
    assert [line.split()[1] for line in lines[1:3]] == ["shop.9001_data", "shop.9002_more"]
    assert lines[3].startswith(f"{many} migrations in ")
    assert history.values("SELECT count(*) FROM t1") == [1]


@pytest.mark.parametrize(
    "options", [{"one_by_one": True}, {"whole": True}, {"target": "0020_step"}, {"fake": True}], ids=str
)
def test_each_step_runs(history: History, options: dict[str, Any]) -> None:
    """On request, in one transaction for the whole run, where they are few, and where nothing runs at all."""
    assert history.migrate(**options).at_once == 0


def test_not_inside_a_transaction_of_the_caller(history: History) -> None:
    """A refusal there could not be taken back."""
    with history.database.engine.begin() as connection:
        result = minimig.migrate(connection, history.folder)
    assert (result.at_once, each(result)) == (0, len(history.names))


def test_not_behind_a_revision_that_is_applied(history: History) -> None:
    """Tables may have rows then, which are what the steps in between are for."""
    history.migrate("0001_step")
    assert history.migrate().at_once == 0


@pytest.mark.parametrize(
    "body",
    [
        DATA_STEP,
        "def step(connection, tables):\n    pass\n\n\nup = [ops.RunPython(step, reverse=ops.NOOP)]",
        'up = [ops.CreateTable("maybe", sa.Column("id", sa.Integer, primary_key=True), if_not_exists=True)]',
        'up = [ops.BulkInsert("t1", [{"id": 1, "a": 1}])]',
        'up = [ops.CreateView("v", "SELECT 1 AS one")]',
        'atomic = False\nup = [ops.AddColumn("t1", sa.Column("y", sa.Integer))]',
    ],
)
def test_it_ends_at_the_first_step_that_is_more(history: History, body: str) -> None:
    """SQL, code, rows, views, conditions, and files outside a transaction keep their place."""
    before = len(history.names)
    history.write("9001_more", body)
    history.write("9002_after", 'up = [ops.AddColumn("t1", sa.Column("z", sa.Integer))]')
    result = history.migrate()
    assert (result.at_once, each(result)) == (before, before + 2)


def test_functions_of_each_step_are_called(history: History) -> None:
    """Where the project wants to see each step, each step runs."""
    project = history.project()
    configuration = project.read("minimig.toml")
    project.write("minimig.toml", 'env = "env.py"\n' + configuration)
    project.write("env.py", ENV)
    project.run("migrate")
    assert project.read("seen.txt").splitlines() == [f"shop.{name}" for name in history.names]


def test_what_the_database_refuses_runs_one_by_one(history: History) -> None:
    """A table that is in the way: nothing was made at once, and the step at fault is named."""
    history.run("CREATE TABLE t3 (x INTEGER)")
    events: list[str] = []
    with pytest.raises(MigrationFailedError, match=r"shop\.0031_step failed") as caught:
        history.migrate(on_step=lambda event: events.append(type(event).__name__))
    assert "create table t3" in str(caught.value)
    assert events[:2] == ["NetEffectStarted", "NetEffectRefused"]
    assert events[2:4] == ["StepStarted", "StepDone"]
    assert len(history.applied) == 30
    history.run("DROP TABLE t3")
    assert len(history.migrate().steps) == len(history.names) - 30


def test_what_is_refused_once_was_not_made_at_once(history: History) -> None:
    """The run goes through one by one, and its result says no other thing."""
    asked: list[str] = []

    def authorize(action: int, name: str | None, *_: str | None) -> int:
        asked.extend([name] if action == sqlite3.SQLITE_CREATE_INDEX and name == "ix_t5" else [])
        return sqlite3.SQLITE_DENY if len(asked) == 1 and asked[0] == name else sqlite3.SQLITE_OK

    sa.event.listen(history.database.engine, "connect", lambda raw, _: raw.set_authorizer(authorize))
    events: list[str] = []
    result = history.migrate(on_step=lambda event: events.append(type(event).__name__))
    assert events[:2] == ["NetEffectStarted", "NetEffectRefused"]
    assert (result.at_once, each(result)) == (0, len(history.names))
    assert history.applied == history.names


ARRAY = """
from sqlalchemy.dialects import postgresql

up = [ops.CreateTable("lists", KEY, sa.Column("a", postgresql.ARRAY(sa.Integer)))]
"""


def test_what_the_dialect_cannot_be_told_stops_it_before_it_begins(history: History) -> None:
    """A type that SQLite has not: its file is named, and none of the revisions before it has run."""
    history.write("9001_lists", HEAD.replace("{t}", "t") + ARRAY)
    with pytest.raises(UnsupportedError, match="no ARRAY") as caught:
        history.migrate()
    assert "9001_lists.py, up[0]" in str(caught.value.where)
    assert history.tables == set()


def test_also_where_the_database_refuses_first(history: History) -> None:
    """A table is in the way, and a type is there for a while that SQLite has not: nothing runs one by one either."""
    history.write("9001_lists", HEAD.replace("{t}", "t") + ARRAY)
    history.write("9002_gone", 'up = [ops.DropTable("lists")]')
    history.run("CREATE TABLE t3 (x INTEGER)")
    with pytest.raises(UnsupportedError, match="no ARRAY"):
        history.migrate()
    assert history.tables == {"t3"}


LONG = "x" * 64
TOO_LONG = f'up = [ops.CreateTable("{LONG}", sa.Column("id", sa.Integer, primary_key=True))]'


@pytest.mark.parametrize("gone", [False, True])
def test_names_are_looked_at_in_what_it_makes(tmp_path: Path, postgresql_database: Database, *, gone: bool) -> None:
    """A name that is too long stops the run with its file; one that was there for a while does not, at once."""
    history = long_history(History.at(tmp_path, postgresql_database))
    history.write("9001_long", TOO_LONG)
    if gone:
        history.write("9002_gone", f'up = [ops.DropTable("{LONG}")]')
        assert history.migrate().at_once == len(history.names)
        return
    with pytest.raises(UnsupportedError, match="has 64 bytes, and postgresql allows 63") as caught:
        history.migrate()
    assert "9001_long.py, up[0]" in str(caught.value.where)
    assert history.tables == set()


def test_names_are_looked_at_before_the_steps_run_after_all(tmp_path: Path, postgresql_database: Database) -> None:
    """A table is in the way of what they lead to, and a name was too long for a while: nothing runs."""
    history = long_history(History.at(tmp_path, postgresql_database))
    history.write("9001_long", TOO_LONG)
    history.write("9002_gone", f'up = [ops.DropTable("{LONG}")]')
    history.run("CREATE TABLE t3 (x INTEGER)")
    with pytest.raises(UnsupportedError, match="has 64 bytes"):
        history.migrate()
    assert history.tables == {"t3"}


def test_rows_of_what_a_squash_replaces(history: History) -> None:
    """They are written with the row of the squash, as when it runs by itself."""
    (history.folder / "0002_squashed.py").write_text(revision([], SQUASH), encoding="utf-8")
    assert history.migrate().at_once == len(history.names) - 1
    at_once = facts(history.database)["rows"]
    assert {"0001_step", "0002_step", "0002_squashed"} <= {row[1] for row in at_once}
    history.database.clear()
    assert history.migrate(one_by_one=True).at_once == 0
    assert facts(history.database)["rows"] == at_once


def test_mariadb_runs_each(tmp_path: Path, mariadb_database: Database) -> None:
    """Where each statement commits by itself, the rows of all could not come with the tables."""
    history = long_history(History.at(tmp_path, mariadb_database))
    assert history.project().run("migrate", "--plan", "--json").out.count('"at_once": 0') == 1
