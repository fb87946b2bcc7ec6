"""Runs that are stopped from outside, or by what the project's own code raises, and servers that go on without them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import minimig
from minimig.dialects.registry import lock_holder
from minimig.errors import DatabaseError, LockError, MigrationFailedError
from minimig.runtime.events import Event, StepDone
from support.databases import Database
from support.dying import at_work, kill
from support.histories import WORDS, History
from support.projects import ProjectFolder
from support.waiting import until

INDEX = 'up = [ops.CreateIndex("ix_word", "words", ["word"], postgresql_concurrently=True)]'
INVALID = "SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_word') AND NOT indisvalid"
SLUG = 'up = [ops.AddColumn("words", sa.Column("slug", sa.String(20)))]'


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """One table, applied."""
    return words(tmp_path, database)


def words(path: Path, database: Database) -> History:
    """One table, applied."""
    found = History.at(path, database)
    found.write("0001_words", WORDS)
    found.migrate()
    return found


def is_free(database: Database) -> bool:
    """Whether nobody holds the lock."""
    with database.engine.connect() as connection:
        return lock_holder(connection, "minimig_version") is None


# --- signals ----------------------------------------------------------------------------------------------------------

SLEEPY = """
import pathlib, time

def step(connection, tables):
    connection.execute(tables.words.insert().values(id=1, word="one"))
    pathlib.Path({started!r}).touch()
    time.sleep(30)

up = [ops.RunPython(step, reverse=ops.NOOP)]
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_takes_back_what_was_begun(history: History, number: signal.Signals) -> None:
    """Ctrl-C, and what a scheduler sends: it ends at once, its rows are taken back, its lock is free, a rerun works."""
    started = history.folder / "started"
    path = history.write("0002_sleepy", SLEEPY.format(started=str(started)))
    process = command(history.project(), "migrate")
    until(started.exists)
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "shop.0002_sleepy was interrupted at operation 1 of 1" in err
    else:
        assert process.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM)
    assert "Traceback" not in err
    until(lambda: is_free(history.database))
    assert history.values("SELECT word FROM words") == []
    path.write_text(path.read_text().replace("sleep(30)", "sleep(0)"))
    history.migrate()
    assert history.values("SELECT word FROM words") == ["one"]


def command(project: ProjectFolder, *arguments: str) -> subprocess.Popen[str]:
    """`minimig` as a process that is not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", "minimig", *arguments],
        cwd=project.path,
        env={**os.environ, "MINIMIG_URL": str(project.url), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# --- what code raises -------------------------------------------------------------------------------------------------

RAISES = """
def deeper():
    deeper()

def step(connection, tables):
    connection.execute(tables.words.insert().values(id=1, word="one"))
    {}

up = [ops.RunPython(step, reverse=ops.NOOP)]
"""


@pytest.mark.parametrize(
    "statement", ["raise ValueError('no')", "raise SystemExit(0)", "deeper()", "raise StopIteration"]
)
def test_whatever_a_step_raises(history: History, statement: str) -> None:
    """An error, a way to leave the process with exit code 0, bottomless recursion: named, rolled back, exit code 1."""
    path = history.write("0002_code", RAISES.format(statement))
    result = history.project().run("migrate")
    assert result.code == 1, result.text
    assert "shop.0002_code failed at operation 1 of 1: run Python" in result.err
    assert f"{path}:" in result.err
    assert "Traceback" not in result.err
    assert (history.values("SELECT word FROM words"), history.applied) == ([], ["0001_words"])
    assert is_free(history.database)


# --- the server cuts the session --------------------------------------------------------------------------------------


def test_cut_in_the_middle_of_a_statement(tmp_path: Path, postgresql_database: Database) -> None:
    """While the server works on it: the operation is named, the transaction is gone, and the same command works."""
    history = words(tmp_path, postgresql_database)
    path = history.write("0002_slow", SLUG.replace("]", ', ops.RunSQL("SELECT pg_sleep(20)", reverse=ops.NOOP)]'))
    with history.database.engine.connect() as looking:
        looking.execution_options(isolation_level="AUTOCOMMIT")
        process = command(history.project(), "migrate")
        find = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%%' AND datname = current_database()"
        until(lambda: looking.exec_driver_sql(find).first() is not None)
        looking.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM ({find}) s")
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "shop.0002_slow failed at operation 2 of 2" in err
    assert "look after the server" in err
    assert history.columns("words") == ["id", "word"]
    path.write_text(path.read_text().replace("pg_sleep(20)", "pg_sleep(0)"))
    history.migrate()
    assert history.columns("words") == ["id", "word", "slug"]


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_read_only_in_the_middle_of_a_run(tmp_path: Path, request: pytest.FixtureRequest, kind: str) -> None:
    """As after a failover to a standby: the error says so, what was done is recorded, what was not is not begun."""
    history = words(tmp_path, request.getfixturevalue(f"{kind}_database"))
    history.write("0002_slug", SLUG)
    history.write("0003_pages", 'up = [ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True))]')
    setting = {
        "postgresql": "SET default_transaction_read_only = on",
        "mariadb": "SET SESSION TRANSACTION READ ONLY",
    }
    with history.database.engine.connect() as connection:

        def turn(event: Event) -> None:
            if isinstance(event, StepDone) and event.step.revision == "shop.0002_slug":
                connection.exec_driver_sql(setting[kind])
                connection.commit()

        with pytest.raises((DatabaseError, MigrationFailedError)) as caught:
            minimig.migrate(connection, history.folder, on_step=turn)
    assert "this database is read-only" in str(caught.value.hint)
    assert (history.applied, history.tables) == (["0001_words", "0002_slug"], {"words"})
    assert len(history.migrate().steps) == 1


# --- the client is gone, the server goes on ---------------------------------------------------------------------------

HOLD = {"postgresql": ["BEGIN", "SELECT * FROM words"], "mariadb": ["BEGIN", "SELECT * FROM words"]}
WAITS = {
    "postgresql": "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'words'::regclass",
    "mariadb": "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'Waiting for %%'",
}


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_the_server_goes_on_with_the_statement_of_a_dead_client(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    """Its session has the lock until the statement ends: the next run waits, and nothing is done twice."""
    history = words(tmp_path, request.getfixturevalue(f"{kind}_database"))
    history.write("0002_slug", SLUG)
    with history.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        for statement in HOLD[kind]:
            other.exec_driver_sql(statement)
        with at_work(history, patience=minimig.Patience(lock=30)) as child:
            until(lambda: other.exec_driver_sql(WAITS[kind]).first() is not None)
            kill(child)
        with pytest.raises(LockError):
            history.migrate(lock_timeout=0.3)
        other.exec_driver_sql("COMMIT")
    history.migrate()
    assert history.columns("words") == ["id", "word", "slug"]
    assert history.applied == ["0001_words", "0002_slug"]


# --- indexes that are built while others write ------------------------------------------------------------------------


def test_killed_while_an_index_is_built(tmp_path: Path, postgresql_database: Database) -> None:
    """Client and session die in the middle: the INVALID index is dropped and built again."""
    history = words(tmp_path, postgresql_database)
    history.write("0002_index", INDEX)
    interrupted_build(history)
    history.migrate()
    assert history.values(INVALID) == [0]
    assert history.applied == ["0001_words", "0002_index"]


def test_another_index_of_that_name_is_not_taken_for_it(tmp_path: Path, postgresql_database: Database) -> None:
    """Somebody made another one in its place meanwhile: the run stops, and leaves that one alone."""
    history = words(tmp_path, postgresql_database)
    history.write("0002_index", INDEX)
    interrupted_build(history)
    history.run("DROP INDEX ix_word", "CREATE INDEX ix_word ON words (id)")
    with pytest.raises(MigrationFailedError, match="it is another one than the migration makes"):
        history.migrate()
    assert history.values("SELECT indexdef LIKE '%%(id)' FROM pg_indexes WHERE indexname = 'ix_word'") == [True]
    history.run("DROP INDEX ix_word")
    history.migrate()
    assert history.applied == ["0001_words", "0002_index"]


@pytest.mark.parametrize("table", ["words", "others"])
def test_an_index_that_was_there_before_is_left_alone(
    tmp_path: Path, postgresql_database: Database, table: str
) -> None:
    """Its name is taken, so the build fails; it is not taken for the leftover of that build, and stays."""
    history = words(tmp_path, postgresql_database)
    history.run("CREATE TABLE others (id INTEGER)", f"CREATE INDEX ix_word ON {table} (id)")
    history.write("0002_index", INDEX)
    with pytest.raises(MigrationFailedError, match='"ix_word" already exists\n'):
        history.migrate()
    assert history.values("SELECT tablename FROM pg_indexes WHERE indexname = 'ix_word'") == [table]


def test_a_build_that_was_refused_may_be_replaced(tmp_path: Path, postgresql_database: Database) -> None:
    """It did not take effect, so the file may do something else in its place; what is before it stays as it is."""
    history = words(tmp_path, postgresql_database)
    history.run("INSERT INTO words VALUES (1, 'one'), (2, 'one')")
    unique = INDEX.replace('"ix_word"', '"ux"').replace(", postg", ", unique=True, postg")
    path = history.write("0002_index", SLUG)
    path.write_text(path.read_text().replace("up = [", f"up = [{unique[6:-1]}, "))
    with pytest.raises(MigrationFailedError):
        history.migrate(precheck=False)
    path.write_text(path.read_text().replace(unique[6:-1], "ops.RunSQL('UPDATE words SET id = id + 5')"))
    history.migrate()
    assert history.values("SELECT id FROM words ORDER BY id") == [6, 7]


def test_a_build_whose_session_is_cut_says_so(tmp_path: Path, postgresql_database: Database) -> None:
    """The reason is the server's, not that of tidying up behind it; the next run builds the index."""
    history = words(tmp_path, postgresql_database)
    history.write("0002_index", INDEX)
    with pytest.raises(MigrationFailedError, match="terminating connection") as caught:
        migrate_and_cut(history)
    assert "look after the server" in str(caught.value.hint)
    history.migrate()
    assert history.values("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_word'::regclass") == [True]


def migrate_and_cut(history: History) -> None:
    """Migrate, and have the server end the session while it waits for a transaction with the index half-built."""
    with history.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        other.exec_driver_sql("BEGIN")
        other.exec_driver_sql("INSERT INTO words VALUES (1, 'one')")
        waiting = "pid <> pg_backend_pid() AND query LIKE 'CREATE INDEX%%' AND datname = current_database()"

        def cut() -> None:
            until(lambda: history.values(INVALID) == [1])
            other.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waiting}")
            other.exec_driver_sql("COMMIT")

        thread = threading.Thread(target=cut)
        thread.start()
        try:
            history.migrate()
        finally:
            thread.join()


def interrupted_build(history: History) -> None:
    """Kill a run, and cut its session, while it waits for an older transaction with the index half-built."""
    with history.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        other.exec_driver_sql("BEGIN")
        other.exec_driver_sql("INSERT INTO words VALUES (1, 'one')")
        with at_work(history) as child:
            until(lambda: history.values(INVALID) == [1])
            kill(child)
            waiting = "pid <> pg_backend_pid() AND query LIKE 'CREATE INDEX%%' AND datname = current_database()"
            other.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waiting}")
        other.exec_driver_sql("COMMIT")
    assert history.values(INVALID) == [1]


def test_a_runner_waits_while_an_index_is_built(tmp_path: Path, postgresql_database: Database) -> None:
    """The build waits for all older snapshots; a runner that waits for the lock holds none, so both end."""
    history = words(tmp_path, postgresql_database)
    history.write("0002_index", INDEX)
    with history.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        other.exec_driver_sql("BEGIN")
        other.exec_driver_sql("INSERT INTO words VALUES (1, 'one')")
        with at_work(history) as first:
            until(lambda: history.values(INVALID) == [1])
            with at_work(history) as second:
                time.sleep(0.5)
                began = time.monotonic()
                other.exec_driver_sql("COMMIT")
                assert [os.waitpid(child, 0)[1] for child in (first, second)] == [0, 0]
    assert time.monotonic() - began < 8
    assert history.values(INVALID) == [0]
    assert history.applied == ["0001_words", "0002_index"]


# --- all of it, or nothing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", [f"atomic = False\n\n{SLUG}", INDEX], ids=["atomic = False", "concurrently"])
def test_one_transaction_for_all_refuses_what_cannot_be_in_it(
    tmp_path: Path, postgresql_database: Database, second: str
) -> None:
    """`--atomic-run` with a file that says otherwise, or cannot: refused by name before the first step runs."""
    history = words(tmp_path, postgresql_database)
    history.write("0002_pages", 'up = [ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True))]')
    history.write("0003_other", second)
    result = history.project().run("migrate", "--atomic-run")
    assert result.code == 1
    assert "shop.0003_other cannot be part of one transaction" in result.err
    assert (history.tables, history.applied) == ({"words"}, ["0001_words"])
