"""Several processes at once on one database: they end as one alone would."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.dialects.registry import lock_for
from minimig.errors import LockError
from support.databases import Database
from support.projects import ProjectFolder

pytestmark = pytest.mark.slow

CONFIG = 'url = "sqlite://"\nmetadata = "blog.models:metadata"\nmigrations = "migrations"\n'
REVISION = '''"""One of many."""
import sqlalchemy as sa
from minimig import ops


dependencies = [{parent}]
up = [ops.CreateTable("t{number}", sa.Column("id", sa.Integer, primary_key=True))]
'''
RUNNERS = 4


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """A project with five revisions and an empty database."""
    folder = ProjectFolder(tmp_path, database.url)
    folder.write("minimig.toml", CONFIG)
    for number in range(1, 6):
        parent = f'"000{number - 1}_x"' if number > 1 else ""
        folder.write(f"migrations/000{number}_x.py", REVISION.format(parent=parent, number=number))
    return folder


def test_many_runners_on_an_empty_database(project: ProjectFolder, database: Database) -> None:
    """All succeed, each revision is applied once, and every table is there."""
    with ThreadPoolExecutor(RUNNERS) as pool:
        results = list(pool.map(lambda _: project.spawn("migrate"), range(RUNNERS)))
    assert [result.code for result in results] == [0] * RUNNERS, [result.text for result in results]
    assert sum(result.out.count("Applying") for result in results) == 5
    assert {f"t{n}" for n in range(1, 6)} <= set(sa.inspect(database.engine).get_table_names())


def test_a_runner_that_may_not_wait_says_so(project: ProjectFolder, database: Database) -> None:
    """Exit code 6 while another one holds the lock, nothing changed; a run with nothing to do does not ask for it."""
    with database.engine.connect() as connection, lock_for(connection, "minimig_version", 1):
        result = project.spawn("migrate", "--lock-timeout", "0.2")
        assert result.code == 6, result.text
        assert "another run has held the lock" in result.err
    assert "t1" not in sa.inspect(database.engine).get_table_names()
    project.ok("migrate")
    with database.engine.connect() as connection, lock_for(connection, "minimig_version", 1):
        assert "Nothing to do" in project.ok("migrate", "--lock-timeout", "0.2").out


def test_the_lock_is_free_after_an_error(project: ProjectFolder, database: Database) -> None:
    """A failing run leaves no lock behind."""
    project.write("migrations/0006_x.py", REVISION.format(parent='"0005_x"', number=1))
    assert project.run("migrate").code == 1
    with database.engine.connect() as connection, lock_for(connection, "minimig_version", 0):
        pass


def test_a_second_thread_waits(database: Database) -> None:
    """The lock is for sessions, not for processes: two threads of one process exclude each other too."""
    entered = threading.Event()
    release = threading.Event()

    def hold() -> None:
        with database.engine.connect() as connection, lock_for(connection, "v", 1):
            entered.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert entered.wait(10)
        with database.engine.connect() as connection, pytest.raises(LockError), lock_for(connection, "v", 0.1):
            pass
    finally:
        release.set()
        holder.join()
