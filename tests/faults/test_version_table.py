"""The version table itself: made by many at once, its upgrade cut short, other layouts, and databases that say no."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

import minimig
from minimig.errors import DatabaseError
from minimig.runtime.recorder import Recorder
from support.databases import Database, Server
from support.histories import WORDS, History
from support.killing import kill_at
from support.racing import race

OLD = (
    "CREATE TABLE minimig_version (app VARCHAR(100) NOT NULL, name VARCHAR(190) NOT NULL,"
    " checksum VARCHAR(64), way_back TEXT, PRIMARY KEY (app, name))"
)
ROW = "INSERT INTO minimig_version (app, name) VALUES ('shop', '0001_words')"
SLUG = 'up = [ops.AddColumn("words", sa.Column("slug", sa.String(20)))]'


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """Two revisions."""
    return two(History.at(tmp_path, database))


def two(found: History) -> History:
    """Write the two revisions."""
    found.write("0001_words", WORDS)
    found.write("0002_slug", SLUG)
    return found


def columns(database: Database) -> set[str]:
    """The names of the version table's columns."""
    return {column["name"] for column in sa.inspect(database.engine).get_columns("minimig_version")}


EVERY = set(Recorder().table.columns.keys())


# --- made, and brought up to date -------------------------------------------------------------------------------------


def test_made_by_thirty_at_once(history: History) -> None:
    """Each takes the lock first, as a run does, finds it there afterwards, and hears nothing of the others."""
    assert race("ensure", history.database, history.folder, 30) == [""] * 30
    assert columns(history.database) == EVERY
    assert history.migrate().steps


def test_brought_up_to_date_by_thirty_at_once(history: History) -> None:
    """The same for a table of an older minimig, whose row stays."""
    history.run(OLD, ROW)
    assert race("ensure", history.database, history.folder, 30) == [""] * 30
    assert columns(history.database) == EVERY
    assert history.applied == ["0001_words"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_while_it_is_brought_up_to_date(history: History, *, after: bool) -> None:
    """Killed before or after each statement in turn: what was there can be read, and the next run completes it."""
    point = 0
    while True:
        point += 1
        history.database.clear()
        history.run(OLD, ROW, "CREATE TABLE words (id INTEGER NOT NULL PRIMARY KEY, word VARCHAR(200))")
        if not _killed(history, point, after=after):
            break
        with history.database.engine.connect() as connection:
            assert [row.revision for row in Recorder().read(connection)] == ["shop.0001_words"]
        history.migrate()
        assert columns(history.database) == EVERY
        assert history.applied == ["0001_words", "0002_slug"]
        assert "_minimig_minimig_version" not in sa.inspect(history.database.engine).get_table_names()
    assert point > 5


def _killed(history: History, point: int, *, after: bool) -> bool:
    """Bring it up to date in a child that dies at a point; False when it came to its end first."""
    child = os.fork()
    if not child:
        engine = sa.create_engine(history.database.engine.url, poolclass=NullPool)
        kill_at(engine, point, after=after)
        with engine.connect() as connection, connection.begin():
            Recorder().ensure(connection)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("statement", ["DROP TABLE minimig_version", "DELETE FROM minimig_version"])
def test_gone_or_emptied_by_hand(history: History, statement: str) -> None:
    """All is to come again, and the first step meets its own table: nothing is hidden, nothing is lost."""
    history.migrate()
    history.run(statement)
    with pytest.raises(DatabaseError, match=r"shop\.0001_words failed at operation 1 of 1: create table words"):
        history.migrate()
    assert history.columns("words") == ["id", "word", "slug"]
    assert history.applied == []


def test_tables_of_others_are_no_obstacle(history: History) -> None:
    """A database that others use, or that an extension has filled: their tables stay, and the history begins."""
    history.run("CREATE TABLE spatial_ref_sys (srid INTEGER NOT NULL PRIMARY KEY)")
    history.run("INSERT INTO spatial_ref_sys VALUES (4326)")
    assert len(history.migrate().steps) == 2
    history.migrate("zero")
    assert (history.tables, history.values("SELECT srid FROM spatial_ref_sys")) == ({"spatial_ref_sys"}, [4326])


# --- databases that say no --------------------------------------------------------------------------------------------


def test_a_read_only_database(tmp_path: Path, postgresql_database: Database) -> None:
    """PostgreSQL's default_transaction_read_only, as on a standby: looking works, a run says why not."""
    history = two(History.at(tmp_path, postgresql_database))
    url = postgresql_database.engine.url.update_query_dict({"options": "-cdefault_transaction_read_only=on"})
    reading = sa.create_engine(url, poolclass=NullPool)
    assert len(minimig.migrate(reading, history.folder, plan_only=True).steps) == 2
    with pytest.raises(DatabaseError, match="nothing can be written: transactions are read-only") as caught:
        minimig.migrate(reading, history.folder)
    assert "this database is read-only" in str(caught.value.hint)
    history.migrate("0001")
    with pytest.raises(DatabaseError, match="nothing can be written") as caught:
        minimig.migrate(reading, history.folder)
    assert "this database is read-only" in str(caught.value.hint)
    assert history.applied == ["0001_words"]
    history.migrate()
    assert minimig.migrate(reading, history.folder).steps == ()


def test_a_read_only_file(tmp_path: Path, sqlite_database: Database) -> None:
    """SQLite opened read-only: the same."""
    history = two(History.at(tmp_path, sqlite_database))
    history.migrate("0001")
    reading = sa.create_engine(f"sqlite:///file:{sqlite_database.engine.url.database}?mode=ro&uri=true")
    assert len(minimig.migrate(reading, history.folder, plan_only=True).steps) == 1
    with pytest.raises(DatabaseError, match=r"readonly|read-only") as caught:
        minimig.migrate(reading, history.folder)
    assert "this database is read-only" in str(caught.value.hint)
    history.migrate()
    assert minimig.migrate(reading, history.folder).steps == ()
    reading.dispose()


@contextmanager
def reader(server: Server, database: Database) -> Iterator[sa.Engine]:
    """An engine of a user who may read and nothing else."""
    name = f"minimig_reader_{uuid.uuid4().hex[:8]}"
    with server.admin.connect() as admin:
        if database.kind == "mariadb":
            admin.exec_driver_sql(f"CREATE USER {name} IDENTIFIED BY 'x'")
            admin.exec_driver_sql(f"GRANT SELECT ON {database.engine.url.database}.* TO {name}")
        else:
            admin.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
    with database.engine.begin() as connection:
        if database.kind == "postgresql":
            connection.exec_driver_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
            connection.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {name}")
    try:
        yield sa.create_engine(database.engine.url.set(username=name, password="x"), poolclass=NullPool)
    finally:
        with database.engine.begin() as connection:
            if database.kind == "postgresql":
                connection.exec_driver_sql(f"DROP OWNED BY {name}")
        with server.admin.connect() as admin:
            admin.exec_driver_sql(f"DROP USER {name}")


@pytest.fixture(params=["postgresql", "mariadb"])
def reading(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[History, sa.Engine]]:
    """A history, and an engine of a user who may only read its database."""
    database = request.getfixturevalue(f"{request.param}_database")
    server = request.getfixturevalue(f"{request.param}_server")
    with reader(server, database) as engine:
        yield two(History.at(tmp_path, database)), engine


def test_a_user_without_rights(reading: tuple[History, sa.Engine]) -> None:
    """No right to create, then none to write: the error says which right is wanted, and nothing was changed."""
    history, engine = reading
    assert len(minimig.migrate(engine, history.folder, plan_only=True).steps) == 2
    with pytest.raises(DatabaseError, match="table minimig_version: has no CREATE on") as caught:
        minimig.migrate(engine, history.folder)
    assert "have somebody run these statements" in str(caught.value.hint)
    assert history.tables == set()
    history.migrate("0001")
    with pytest.raises(DatabaseError) as caught:
        minimig.migrate(engine, history.folder)
    assert (history.applied, history.columns("words")) == (["0001_words"], ["id", "word"])
    history.migrate()
    assert minimig.migrate(engine, history.folder).steps == ()
