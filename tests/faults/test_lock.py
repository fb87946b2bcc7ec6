"""The lock among real processes: one works and all succeed, the dead hold nothing, and nobody works without it."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

import minimig
from minimig.dialects.registry import lock_for, lock_holder
from minimig.errors import DatabaseError, LockError, MigrationFailedError
from minimig.runtime.events import Event, StepDone
from support.databases import Database
from support.histories import WORDS, History, counted
from support.pooler import pooler
from support.racing import race, start
from support.waiting import until

RUNNERS = 30
FILL = """
def fill(connection, tables):
    connection.execute(tables.words.insert().values(id=1, word="one"))

up = [ops.RunPython(fill, reverse=ops.NOOP), ops.AddColumn("words", sa.Column("slug", sa.String(20)))]
"""
CUT = {
    "postgresql": "SELECT pg_terminate_backend({})",
    "mariadb": "KILL {}",
}
OWN = {"postgresql": "SELECT pg_backend_pid()", "mariadb": "SELECT connection_id()"}


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """Three revisions, with rows that would show a second run of a step."""
    return three(History.at(tmp_path, database))


def three(found: History) -> History:
    """Write the three revisions."""
    found.write("0001_words", WORDS)
    found.write("0002_fill", FILL)
    found.write("0003_pages", 'up = [ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True))]')
    return found


@pytest.fixture(params=["postgresql", "mariadb"])
def server_history(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    """The same on the databases whose connections can be cut."""
    return three(History.at(tmp_path, request.getfixturevalue(f"{request.param}_database")))


@contextmanager
def holder(database: Database, folder: Path) -> Iterator[int]:
    """Another process that holds the lock; gives its number. It is killed at the end, if not before."""
    with start("hold", database, folder) as process:
        assert process.stdout is not None
        word, number = process.stdout.readline().split()
        assert word == "holding"
        try:
            yield int(number)
        finally:
            process.kill()


# --- many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_thirty_processes_on_an_empty_database(history: History) -> None:
    """One applies all, the others nothing, and nobody fails; rows and tables are those of a single run."""
    said = race("migrate", history.database, history.folder, RUNNERS)
    assert sorted(said) == ["0"] * (RUNNERS - 1) + ["3"]
    assert history.applied == ["0001_words", "0002_fill", "0003_pages"]
    assert history.tables == {"words", "pages"}
    assert history.values("SELECT word FROM words") == ["one"]


def test_schemas_of_one_database_run_side_by_side(tmp_path: Path, postgresql_database: Database) -> None:
    """While one schema is locked, another one is migrated at once; the same one is not."""
    history = three(History.at(tmp_path, postgresql_database))
    history.run("CREATE SCHEMA one", "CREATE SCHEMA two")
    engines = {
        name: sa.create_engine(
            postgresql_database.engine.url.update_query_dict({"options": f"-csearch_path={name}"}), poolclass=NullPool
        )
        for name in ("one", "two")
    }
    with engines["one"].connect() as connection, lock_for(connection, "minimig_version", 1):
        assert len(minimig.migrate(engines["two"], history.folder).steps) == 3
        with engines["one"].connect() as other, pytest.raises(LockError), lock_for(other, "minimig_version", 0):
            pass
    assert len(minimig.migrate(engines["one"], history.folder).steps) == 3


# --- who holds it, and how long ---------------------------------------------------------------------------------------


def test_the_holder_is_named(history: History) -> None:
    """Who waits in vain hears who holds the lock, from where, since when; the wait is bounded."""
    engine = history.database.engine
    with engine.connect() as looking:
        assert lock_holder(looking, "minimig_version") is None
        with holder(history.database, history.folder) as pid:
            said = str(lock_holder(looking, "minimig_version"))
            here = re.escape(socket.gethostname())
            patterns = {
                "sqlite": rf"process {pid} on {here}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d",
                "postgresql": r"process \d+ from \S+, connected since \d\d:\d\d:\d\d",
                "mariadb": r"connection \d+ of \w+ from \S+, idle for \d+ s",
            }
            assert re.match(patterns[history.database.kind], said), said
            began = time.monotonic()
            with pytest.raises(LockError) as caught, lock_for(looking, "minimig_version", 0.3):
                pass
            assert 0.3 <= time.monotonic() - began < 3
            assert said.partition(",")[0] in caught.value.message
        until(lambda: lock_holder(looking, "minimig_version") is None)


def test_asking_who_holds_it_takes_nothing(history: History) -> None:
    """A question leaves no file, no row and no lock behind."""
    before = set(history.folder.parents[1].iterdir())
    with history.database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.rollback()
        assert lock_holder(connection, "minimig_version") is None
        assert not connection.in_transaction()
    assert set(history.folder.parents[1].iterdir()) - before <= {history.folder.parents[1] / "test.db"}


def test_the_dead_hold_nothing(history: History) -> None:
    """The holder is killed (SIGKILL): the next run gets the lock at once, whatever files he left."""
    with holder(history.database, history.folder) as pid:
        os.kill(pid, signal.SIGKILL)
        until(lambda: _is_free(history.database))
        assert len(history.migrate().steps) == 3


def _is_free(database: Database) -> bool:
    with database.engine.connect() as connection:
        return lock_holder(connection, "minimig_version") is None


# --- nobody works without it ------------------------------------------------------------------------------------------


def cut_at(history: History, words: str) -> sa.Engine:
    """An engine whose session is cut by the server right before the first statement that begins with these words."""
    engine = sa.create_engine(history.database.engine.url, poolclass=NullPool)
    kind, armed = history.database.kind, [True]

    @sa.event.listens_for(engine, "before_cursor_execute")
    def cut(connection: sa.Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if armed and statement.startswith(words):
            armed.clear()
            cursor.execute(OWN[kind])
            [number] = cursor.fetchone()
            with history.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
                other.exec_driver_sql(CUT[kind].format(number))

    return engine


@pytest.mark.parametrize("words", ["INSERT INTO words", "ALTER TABLE words", "CREATE TABLE pages"])
def test_a_session_that_is_cut(server_history: History, words: str) -> None:
    """Cut in a data step or before DDL: the error says where, nothing after it runs, and a rerun completes it all."""
    history = server_history
    with pytest.raises(MigrationFailedError) as caught:
        minimig.migrate(cut_at(history, words), history.folder)
    assert re.search(r"failed at operation \d of \d: (run Python|add column|create table)", caught.value.message)
    assert "look after the server" in str(caught.value.hint)
    assert "pages" not in history.tables
    assert history.migrate().steps
    assert history.applied == ["0001_words", "0002_fill", "0003_pages"]
    assert history.values("SELECT word FROM words") == ["one"]
    assert "slug" in history.columns("words")


def test_a_session_that_is_lost_between_two_steps(server_history: History) -> None:
    """SQLAlchemy would connect again without a word, and without the lock: the run stops before the next step."""
    history = server_history
    with history.database.engine.connect() as connection:

        def lose(event: Event) -> None:
            if isinstance(event, StepDone) and event.step.revision == "shop.0001_words":
                connection.invalidate()

        with pytest.raises(DatabaseError, match="the connection that held the lock of this database was lost"):
            minimig.migrate(connection, history.folder, on_step=lose)
    assert history.applied == ["0001_words"]
    assert len(history.migrate().steps) == 2


# --- poolers ----------------------------------------------------------------------------------------------------------


def test_a_pooler_in_transaction_mode_is_refused(tmp_path: Path, postgresql_database: Database) -> None:
    """Also where one client alone would always get the same session: nothing is changed, and no lock stays behind."""
    history = three(History.at(tmp_path, postgresql_database))
    with pooler(postgresql_database.engine.url, by_transaction=True) as url:
        engine = sa.create_engine(url, poolclass=NullPool)
        with pytest.raises(LockError, match="PgBouncer in transaction mode") as caught:
            minimig.migrate(engine, history.folder)
        assert "connect to the server itself" in str(caught.value.hint)
        assert _is_free(postgresql_database)
    assert history.tables == set()


def test_a_pooler_in_session_mode_will_do(tmp_path: Path, postgresql_database: Database) -> None:
    """There the session is the client's as long as it is connected."""
    history = three(History.at(tmp_path, postgresql_database))
    with pooler(postgresql_database.engine.url, by_transaction=False) as url:
        assert len(minimig.migrate(sa.create_engine(url, poolclass=NullPool), history.folder).steps) == 3


def test_without_a_pooler_the_look_for_one_is_a_query(tmp_path: Path, postgresql_database: Database) -> None:
    """The driver knows its session; no second connection is opened."""
    history = three(History.at(tmp_path, postgresql_database))
    with counted(postgresql_database.engine) as seen:
        history.migrate()
    assert sum("pg_backend_pid" in statement for statement in seen) == 1
