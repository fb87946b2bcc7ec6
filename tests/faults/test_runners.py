"""Several runners in each other's way: up against down, the lock taken twice, questions asked meanwhile."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

import minimig
from minimig.dialects.registry import lock_for, lock_holder
from minimig.errors import LockError
from minimig.runtime.events import Event, StepStarted
from support.databases import Database, Server
from support.histories import WORDS, History
from support.racing import start

STEP = """
def mark(connection, tables):
    connection.execute(tables.words.insert().values(id={number}, word="x"))

def unmark(connection, tables):
    gone = connection.execute(tables.words.delete().where(tables.words.c.id == {number}))
    assert gone.rowcount == 1

up = [ops.RunPython(mark, reverse=unmark)]
"""
PAGES = 'up = [ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True))]'


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """A table, and three steps each of which can be done only once, and undone only once."""
    found = History.at(tmp_path, database)
    found.write("0001_words", WORDS)
    for number in range(2, 5):
        found.write(f"000{number}_mark", STEP.format(number=number))
    found.migrate("0001")
    return found


def test_up_against_down(history: History) -> None:
    """Six threads, to the head, to the middle and to the start at once: all succeed, and rows and marks agree."""
    targets = ["head", "0001", "0003", "0001", "head", "0002"]
    with ThreadPoolExecutor(len(targets)) as pool:
        for run in [pool.submit(history.migrate, target) for target in targets]:
            run.result()
    marks = history.values("SELECT id FROM words ORDER BY id")
    assert history.applied == ["0001_words", *(f"000{number}_mark" for number in marks)]
    assert marks == list(range(2, 2 + len(marks)))


def test_who_waited_plans_anew(history: History) -> None:
    """The first run has done all when the second gets the lock: what the second read before counts no more."""
    inside, go = threading.Event(), threading.Event()

    def hold(event: Event) -> None:
        if isinstance(event, StepStarted) and event.number == 1:
            inside.set()
            go.wait(10)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(history.migrate, on_step=hold)
        assert inside.wait(10)
        second = pool.submit(history.migrate)
        with pytest.raises(TimeoutError):
            second.result(0.3)
        go.set()
        assert (len(first.result().steps), len(second.result().steps)) == (3, 0)


def test_the_lock_taken_twice(history: History) -> None:
    """By one session: it is let go no earlier than the outer one ends; another session cannot let it go."""
    engine = history.database.engine
    with engine.connect() as mine, engine.connect() as other:
        with lock_for(mine, "minimig_version", 1):
            try:
                with lock_for(mine, "minimig_version", 0):
                    pass
            except LockError:
                pass  # SQLite: a lock is of the file that was opened, and counts nobody twice
            with pytest.raises(LockError), lock_for(other, "minimig_version", 0):
                pass
        with lock_for(other, "minimig_version", 0):
            pass


def test_questions_are_answered_while_a_run_is_at_work(history: History) -> None:
    """What is applied and what is to come is told at once, in the middle of a step of another run."""
    project = history.project()
    answers: list[str] = []

    def ask(event: Event) -> None:
        if isinstance(event, StepStarted) and event.number == 2:
            answers.append(project.run("showmigrations").out)
            answers.append(project.run("migrate", "--plan").out)

    history.migrate(on_step=ask)
    assert ["[X] 0002_mark" in answers[0], "[ ] 0003_mark" in answers[0]] == [True, True]
    assert "0004_mark" in answers[1]


@pytest.mark.slow
def test_killed_again_and_again_with_the_lock(history: History) -> None:
    """A process that dies as soon as it has the lock, started in a loop, keeps nobody out."""
    for _ in range(3):
        with start("hold", history.database, history.folder) as process:
            assert process.stdout is not None
            process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
    assert len(history.migrate().steps) == 3


def test_an_older_replica_beside_a_newer_one(history: History, tmp_path: Path) -> None:
    """It has fewer files: it takes nothing back, does nothing, and succeeds."""
    history.migrate()
    history.write("0005_pages", PAGES)
    history.migrate()
    (history.folder / "0005_pages.py").unlink()
    assert history.migrate().steps == ()
    assert "pages" in history.tables
    assert history.project().run("migrate").code == 0


def test_two_databases_of_one_mariadb(tmp_path: Path, mariadb_server: Server) -> None:
    """GET_LOCK is the server's, its names are short: two databases with 60 equal characters do not meet."""
    names = [f"minimig_test_{'x' * 44}{os.getpid() % 100000:05}{end}" for end in "ab"]
    databases = []
    with mariadb_server.admin.connect() as admin:
        for name in names:
            admin.exec_driver_sql(f"CREATE DATABASE {name}")
            databases.append(Database.at("mariadb", mariadb_server.admin.url.set(database=name)))
    try:
        one, two = (database.engine for database in databases)
        with one.connect() as first, two.connect() as second, lock_for(first, "minimig_version", 0):
            assert lock_holder(second, "minimig_version") is None
            with lock_for(second, "minimig_version", 0):
                pass
    finally:
        for database in databases:
            mariadb_server.drop(database)


def test_a_pool_of_one_connection(tmp_path: Path, postgresql_database: Database) -> None:
    """A run needs no second connection, for the lock, the journal, or a concurrent index."""
    history = History.at(tmp_path, postgresql_database)
    history.write("0001_words", WORDS)
    history.write("0002_index", 'up = [ops.CreateIndex("ix", "words", ["word"], postgresql_concurrently=True)]')
    history.write("0003_walk", "up = [ops.Backfill('words', {'word': 'word'}, reverse=ops.NOOP)]")
    engine = sa.create_engine(postgresql_database.engine.url, pool_size=1, max_overflow=0, pool_timeout=1)
    assert len(minimig.migrate(engine, history.folder).steps) == 3
    engine.dispose()


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_serialization_failure_is_tried_again(tmp_path: Path, postgresql_database: Database, level: str) -> None:
    """Another session changed the row behind the snapshot: rolled back whole, and done with the second attempt."""
    history = History.at(tmp_path, postgresql_database)
    history.write("0001_words", WORDS)
    history.migrate()
    history.run("INSERT INTO words VALUES (1, 'a')")
    update = "ops.RunSQL(\"UPDATE words SET word = word || 'z'\", reverse=ops.NOOP)"
    history.write("0002_z", f"up = [ops.RunSQL('SELECT 1 FROM words', reverse=ops.NOOP), {update}]")
    engine = sa.create_engine(postgresql_database.engine.url, poolclass=NullPool, isolation_level=level)
    meddled: list[str] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def meddle(connection: sa.Connection, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("UPDATE words") and not meddled:
            meddled.append(statement)
            history.run("UPDATE words SET word = word || 'y'")

    minimig.migrate(engine, history.folder)
    assert history.values("SELECT word FROM words") == ["ayz"]
