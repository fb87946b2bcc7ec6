"""Indexes that are built while others write: out of the transaction and back, in a run, a failure and a script."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

import minimig
from minimig.dialects.registry import lock_for
from minimig.errors import LockError, MigrationFailedError, UnsupportedError
from support.databases import Database
from support.histories import WORDS, History, revision
from support.projects import ProjectFolder

INDEX = 'up = [ops.CreateIndex("ix_word", "words", ["word"], unique=True, postgresql_concurrently=True)]'
AROUND = """
up = [
    ops.AddColumn("words", sa.Column("slug", sa.String(20))),
    ops.CreateIndex("ix_word", "words", ["word"], unique=True, postgresql_concurrently=True),
    ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True)),
]
"""
VALID = "SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass('ix_word')"


@pytest.fixture
def history(tmp_path: Path, postgresql_database: Database) -> History:
    """One table, applied."""
    found = History.at(tmp_path, postgresql_database)
    found.write("0001_words", WORDS)
    found.migrate()
    return found


@pytest.mark.parametrize("header", ["", "atomic = False\n"])
def test_a_concurrent_index_needs_nothing_said(history: History, header: str) -> None:
    """Up and down, alone in its file, with and without `atomic = False`."""
    history.write("0002_index", header + INDEX)
    history.migrate()
    assert history.values(VALID) == [True]
    history.migrate("-1")
    assert history.values(VALID) == []
    assert history.applied == ["0001_words"]


def test_what_stands_around_it_has_transactions_of_its_own(history: History) -> None:
    """Operations before and after it take effect, a data step sees a transaction, and the connection is as it was."""
    step = "\ndef step(connection, tables):\n    assert connection.in_transaction()\n"
    history.write("0002_around", step + AROUND.replace("\n]", "\n    ops.RunPython(step, reverse=ops.NOOP),\n]"))
    with history.database.engine.connect() as connection:
        level = connection.get_isolation_level()
        connection.rollback()
        minimig.migrate(connection, history.folder)
        assert connection.get_isolation_level() == level
    assert history.tables == {"words", "pages"}
    assert history.values(VALID) == [True]
    history.migrate("-1")
    assert history.tables == {"words"}
    assert history.columns("words") == ["id", "word"]


def test_a_failure_after_it_says_what_stays(history: History) -> None:
    """What is after the index is rolled back; the index and what is before it stay, and the error says so."""
    broken = AROUND.replace("\n]", '\n    ops.RunSQL("SELECT nothing_there", reverse=ops.NOOP),\n]')
    history.write("0002_around", broken)
    with pytest.raises(MigrationFailedError) as caught:
        history.migrate()
    assert "2 statement(s) of this migration took effect and stay" in caught.value.message
    assert "runs outside the transaction" in caught.value.message
    assert history.tables == {"words"}
    assert history.columns("words") == ["id", "word", "slug"]
    assert history.applied == ["0001_words"]


def test_a_failed_build_leaves_nothing(history: History) -> None:
    """Two rows that are equal: the invalid index is dropped, the error says so, and the next run builds it."""
    history.run("INSERT INTO words VALUES (1, 'twice'), (2, 'twice')")
    history.write("0002_index", INDEX)
    with pytest.raises(MigrationFailedError) as caught:
        history.migrate(precheck=False)
    assert "could not be built while others write" in caught.value.message
    assert "invalid index that PostgreSQL left was dropped" in caught.value.message
    assert "no statement of this migration had taken effect" in caught.value.message
    assert history.values(VALID) == []
    history.run("DELETE FROM words WHERE id = 2")
    history.migrate()
    assert history.values(VALID) == [True]


@pytest.mark.parametrize("flag", ["", ", if_not_exists=True"])
def test_what_a_killed_build_left_is_built_anew(history: History, flag: str) -> None:
    """An invalid index of that name is no index, also for if_not_exists."""
    history.run("INSERT INTO words VALUES (1, 'twice'), (2, 'twice')")
    with history.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql("CREATE UNIQUE INDEX CONCURRENTLY ix_word ON words (word)")
    assert history.values(VALID) == [False]
    history.run("DELETE FROM words WHERE id = 2")
    history.write("0002_index", INDEX.replace(")]", f"{flag})]"))
    history.migrate()
    assert history.values(VALID) == [True]


def test_the_callers_transaction_is_refused_before_anything_runs(history: History) -> None:
    """On a connection inside a transaction the run stops before its first statement, and commits nothing."""
    history.write("0002_slug", 'up = [ops.AddColumn("words", sa.Column("slug", sa.String(20)))]')
    history.write("0003_index", INDEX)
    with history.database.engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("INSERT INTO words VALUES (1, 'mine')")
        with pytest.raises(UnsupportedError, match="the connection is in yours"):
            minimig.migrate(connection, history.folder)
        assert connection.exec_driver_sql("SELECT count(*) FROM words").scalar() == 1
        transaction.rollback()
    assert history.values("SELECT count(*) FROM words") == [0]
    assert history.columns("words") == ["id", "word"]


def test_single_operations_refuse_the_callers_transaction_too(history: History) -> None:
    """`minimig.apply` never commits what is not its own; in autocommit it builds the index."""
    create = minimig.ops.CreateIndex("ix_word", "words", ["word"], postgresql_concurrently=True)
    with history.database.engine.connect() as connection:
        state = minimig.reflect(connection)
        with pytest.raises(UnsupportedError, match="inside yours"):
            minimig.apply(connection, [create], state)
        connection.rollback()
        connection.execution_options(isolation_level="AUTOCOMMIT")
        minimig.apply(connection, [create], state)
    assert history.values(VALID) == [True]


def test_the_lock_outlives_the_commit_in_between(history: History) -> None:
    """Another runner is kept out after the step outside as before it."""
    engine, seen = history.database.engine, []
    history.write("0002_around", AROUND)

    def intrude(connection: sa.Connection, cursor: object, statement: str, *rest: object) -> None:
        if "CREATE TABLE pages" not in statement:
            return
        with engine.connect() as other, pytest.raises(LockError), lock_for(other, "minimig_version", 0):
            seen.append("let in")
        seen.append("kept out")

    sa.event.listen(engine, "after_cursor_execute", intrude)
    history.migrate()
    assert seen == ["kept out"]


def test_other_databases_do_not_mind(tmp_path: Path, database: Database) -> None:
    """The option of PostgreSQL means nothing elsewhere: the same file builds the index there."""
    history = History.at(tmp_path, database)
    history.write("0001_words", WORDS)
    history.write("0002_around", AROUND)
    history.migrate()
    assert history.tables == {"words", "pages"}
    assert [index["name"] for index in sa.inspect(database.engine).get_indexes("words")] == ["ix_word"]
    history.migrate("0001")
    assert sa.inspect(database.engine).get_indexes("words") == []


CONFIG = 'url = "postgresql://"\n[apps.shop]\nmetadata = "shop.models:metadata"\nmigrations = "shop/migrations"\n'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (INDEX, ["CREATE UNIQUE INDEX CONCURRENTLY ix_word ON words (word)"]),
        (
            AROUND,
            [
                "BEGIN",
                "ALTER TABLE words ADD COLUMN slug VARCHAR(20)",
                "COMMIT",
                "CREATE UNIQUE INDEX CONCURRENTLY ix_word ON words (word)",
                "BEGIN",
                "CREATE TABLE pages ( id SERIAL NOT NULL, PRIMARY KEY (id) )",
                "COMMIT",
            ],
        ),
        (
            INDEX.replace(")]", ", if_not_exists=True)]"),
            ["CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ix_word ON words (word)"],
        ),
    ],
)
def test_a_script_says_where_transactions_end(tmp_path: Path, body: str, expected: list[str]) -> None:
    """COMMIT before it and BEGIN after it; a migration of which no operation may be inside has no transaction."""
    project = ProjectFolder(tmp_path, "postgresql+psycopg://")
    project.write("minimig.toml", CONFIG)
    project.write("shop/__init__.py", "")
    project.write("shop/models.py", "import sqlalchemy as sa\nmetadata = sa.MetaData()\n")
    project.write("shop/migrations/0001_words.py", revision([], WORDS))
    project.write("shop/migrations/0002_index.py", revision(["shop.0001_words"], body))
    text = project.ok("sqlmigrate", "shop", "0002").out
    lines = " ".join(line for line in text.splitlines() if not line.startswith("--")).split(";")
    assert [" ".join(line.split()) for line in lines if line.strip()] == expected
