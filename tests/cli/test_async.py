"""The command line on asynchronous drivers: the same story, the same words, the same safety."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.dialects.registry import lock_for
from support.async_databases import DRIVERS, async_url
from support.databases import Database
from support.projects import ProjectFolder

CONFIG = 'url = "sqlite://"\nmetadata = "models:metadata"\nmigrations = "migrations"\nlabel = "blog"\n'
MODELS = """import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20), nullable=False, server_default="nobody"),
    sa.Column("kind", sa.Enum("a", "b", name="kinds")),
)
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), index=True),
)
"""
SLEEPY = '''"""Take a while."""
import asyncio
import pathlib
import time

import sqlalchemy as sa

from minimig import ops

dependencies = ["0001_initial"]


{begin}def doze(conn, tables):
    {wait_for}conn.execute(sa.insert(tables.users), {{"id": 1, "name": "one"}})
    pathlib.Path({started!r}).touch()
    {wait}


up = [ops.RunPython(doze, reverse=ops.NOOP)]
'''
SLEEP = {
    "postgresql": 'conn.exec_driver_sql("SELECT pg_sleep(30)")',
    "mariadb": 'conn.exec_driver_sql("SELECT SLEEP(30)")',
}


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> str:
    """Each asynchronous driver in turn."""
    return request.param


@pytest.fixture
def database(driver: str, request: pytest.FixtureRequest) -> Database:
    """A fresh database of the driver's kind."""
    return request.getfixturevalue(f"{DRIVERS[driver][0]}_database")


@pytest.fixture
def project(tmp_path: Path, driver: str, database: Database) -> ProjectFolder:
    """A project with models, told of the database by an asynchronous URL."""
    folder = ProjectFolder(tmp_path, async_url(database, driver))
    folder.write("minimig.toml", CONFIG)
    folder.write("models.py", MODELS)
    return folder


def tables(database: Database) -> set[str]:
    """The names of all tables, asked by a synchronous driver."""
    return set(sa.inspect(database.engine).get_table_names()) - {"minimig_journal"}


def test_the_whole_story(project: ProjectFolder, database: Database) -> None:
    """Every command that connects does its work, and the database ends empty."""
    project.ok("makemigrations")
    assert "[ ] 0001_initial" in project.ok("showmigrations").out
    assert project.run("check").code == 4
    project.ok("migrate")
    assert tables(database) == {"users", "posts", "minimig_version"}
    assert "[X] 0001_initial" in project.ok("showmigrations").out
    assert "current" in project.ok("current").out
    project.ok("check")
    project.write("models.py", MODELS.replace("String(20)", "String(30)").replace('"a", "b"', '"a", "b", "c"'))
    project.ok("makemigrations", "-n", "more")
    project.ok("migrate")
    project.ok("check")
    project.ok("diff", "database", "models")
    project.ok("diff", str(project.url), "current")
    assert "users" in project.ok("snapshot", "database").out
    assert "users" in project.ok("inspectdb", "--generator", "tables").out
    project.ok("makemigrations", "--from-database")
    project.ok("migrate", "blog", "zero")
    assert tables(database) == {"minimig_version"}
    project.ok("stamp", "blog.0001")
    project.ok("migrate", "--prune")
    project.ok("ensure-version")


def test_a_failing_migration_is_told_and_taken_back(project: ProjectFolder, database: Database) -> None:
    """The message says what, where and why, in the words that a synchronous driver would have brought."""
    project.ok("makemigrations")
    project.ok("migrate")
    project.write(
        "migrations/0002_bad.py",
        'from minimig import ops\nimport sqlalchemy as sa\n\ndependencies = ["0001_initial"]\n'
        'up = [ops.AddColumn("users", sa.Column("age", sa.Integer)), ops.RunSQL("SELECT nothing_there")]\n',
    )
    result = project.run("migrate")
    assert result.code == 1
    assert "blog.0002_bad failed at operation 2 of 2" in result.err
    assert "nothing_there" in result.err
    assert "<class" not in result.err
    columns = {column["name"] for column in sa.inspect(database.engine).get_columns("users")}
    assert ("age" in columns) == (database.kind == "mariadb")
    assert ("rolled back" in result.err) == (database.kind != "mariadb")
    with database.engine.connect() as connection, lock_for(connection, "minimig_version", 0):
        pass


def test_a_server_that_is_not_there(tmp_path: Path, driver: str) -> None:
    """No traceback for a wrong port, a wrong folder, or an argument that the driver does not take."""
    scheme = DRIVERS[driver][1]
    wrong = f"{scheme}:////no/such/folder/x.db" if "sqlite" in scheme else f"{scheme}://u:secret@127.0.0.1:1/x"
    folder = ProjectFolder(tmp_path, wrong)
    folder.write("minimig.toml", CONFIG)
    folder.write("models.py", MODELS)
    result = folder.run("current")
    assert result.code == 1
    assert "cannot connect to" in result.err
    assert "secret" not in result.err
    if "sqlite" not in scheme:
        result = ProjectFolder(tmp_path, f"{wrong}?nonsense=1").run("current")
        assert result.code == 1
        assert "nonsense" in result.err


def test_an_engine_of_the_project(project: ProjectFolder, driver: str, database: Database) -> None:
    """`engine` may name an AsyncEngine with a pool; what the pool kept is closed with the command's event loop."""
    url = async_url(database, driver)
    project.write(
        "db.py", f"from sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine({url!r})\n"
    )
    project.write("minimig.toml", CONFIG.replace('url = "sqlite://"', 'engine = "db:engine"'))
    plain = ProjectFolder(project.path)
    plain.ok("makemigrations")
    for words in (["migrate"], ["check"], ["migrate", "blog", "zero"]):
        done = plain.spawn(*words)
        assert (done.code, done.err.count("Warning")) == (0, 0), done.text
    assert tables(database) == {"minimig_version"}


@pytest.mark.slow
def test_two_runners_at_once(project: ProjectFolder, database: Database) -> None:
    """Both succeed, and each revision is applied once."""
    project.ok("makemigrations")
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: project.spawn("migrate"), range(2)))
    assert [result.code for result in results] == [0, 0], [result.text for result in results]
    assert sum(result.out.count("Applying") for result in results) == 1


@pytest.mark.slow
@pytest.mark.parametrize("waiting", ["for the server", "in Python", "in a coroutine"])
def test_ctrl_c_takes_back_what_was_begun(project: ProjectFolder, database: Database, waiting: str) -> None:
    """Exit code 130 at once, whether the step waits for the server or computes; nothing is left, no lock either."""
    if waiting == "for the server" and database.kind == "sqlite":
        pytest.skip("a statement of SQLite runs to its end, by the synchronous driver too")
    project.ok("makemigrations")
    project.ok("migrate")
    wait = {"in Python": "time.sleep(30)", "in a coroutine": "await asyncio.sleep(30)"}.get(waiting)
    begin, wait_for = ("async ", "await ") if waiting == "in a coroutine" else ("", "")
    text = SLEEPY.format(
        begin=begin, wait_for=wait_for, wait=wait or SLEEP[database.kind], started=str(project.path / "started")
    )
    project.write("migrations/0002_sleepy.py", text)
    process = subprocess.Popen(
        [sys.executable, "-m", "minimig", "migrate"],
        cwd=project.path,
        env=project._variables(None),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 20
    while not (project.path / "started").exists():
        assert time.monotonic() < deadline, process.communicate()
        time.sleep(0.05)
    time.sleep(0.3)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert process.returncode == 130, err
    assert "blog.0002_sleepy was interrupted at operation 1 of 1" in err
    assert "Traceback" not in err
    with database.engine.connect() as connection, lock_for(connection, "minimig_version", 5):
        assert connection.scalar(sa.text("SELECT count(*) FROM users")) == 0
