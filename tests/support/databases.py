"""Databases for tests: a fresh, empty one for whoever asks, gone afterwards.

In goes a `Server` (see `support.servers`) or a folder; out comes a `Database` with its URL and an engine. A
new database costs about 50 ms on PostgreSQL and 5 ms elsewhere, so that no test has to share one. Tests
that need hundreds, such as Hypothesis examples, `clear()` theirs between two examples instead.
"""

from __future__ import annotations

import importlib
import importlib.util
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

KINDS = ("sqlite", "postgresql", "mariadb")
OPTIONS = {"postgresql": "", "mariadb": " CHARACTER SET utf8mb4"}
FORCE = {"postgresql": " WITH (FORCE)", "mariadb": ""}
OTHERS = {
    "postgresql": (
        "SELECT pid FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()",
        "SELECT pg_terminate_backend({})",
    ),
    "mysql": (
        "SELECT id FROM information_schema.processlist WHERE db = :name AND id <> connection_id()",
        "KILL {}",
    ),
}
UNKNOWN_THREAD = 1094  # MariaDB's error number; PostgreSQL only warns


@dataclass(frozen=True)
class Database:
    """One empty database. The engine pools nothing: a closed connection is really closed."""

    kind: str
    url: str
    engine: sa.Engine

    @classmethod
    def at(cls, kind: str, url: sa.URL) -> Database:
        """The database at `url`, which the dialect's driver can reach."""
        return cls(kind, url.render_as_string(hide_password=False), sa.create_engine(url, poolclass=NullPool))

    def clear(self) -> None:
        """Make it empty again, whatever a test left in it; connections still open are cut."""
        if self.kind == "sqlite":
            _clear_sqlite(self.engine)
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            disconnect_others(connection, str(self.engine.url.database))
            if self.kind == "postgresql":
                _clear_postgresql(connection)
            else:
                _clear_mariadb(connection)


@dataclass(frozen=True)
class Server:
    """A database server that lets us create and drop databases through `admin`, an engine in autocommit."""

    kind: str
    admin: sa.Engine

    def create(self) -> Database:
        """A new database under a name that no other test process can have picked."""
        name = f"minimig_test_{uuid.uuid4().hex[:16]}"
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}" + OPTIONS[self.kind])
        return Database.at(self.kind, self.admin.url.set(database=name))

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """A new database that is dropped afterwards."""
        database = self.create()
        try:
            yield database
        finally:
            self.drop(database)

    def drop(self, database: Database) -> None:
        """Drop it even when a test, or a process that it killed, left connections open."""
        name = str(database.engine.url.database)
        with self.admin.connect() as connection:
            disconnect_others(connection, name)
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}" + FORCE[self.kind])


def sqlite_in(folder: Path) -> Database:
    """A SQLite database that will live in one file of `folder`."""
    return Database.at("sqlite", sa.URL.create("sqlite", database=str(folder / "test.db")))


def newer_sqlite_in(folder: Path) -> Database | None:
    """The same with SQLite 3.53 or later; None when neither Python nor the wheel `pysqlite3` brings one."""
    for name in ("sqlite3", "pysqlite3"):
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        if module.sqlite_version_info >= (3, 53):
            url = sa.URL.create("sqlite", database=str(folder / "newer.db"))
            engine = sa.create_engine(url, module=module, poolclass=NullPool)
            return Database("sqlite", url.render_as_string(), engine)
    return None


def disconnect_others(connection: sa.Connection, name: str) -> None:
    """Cut all other connections to database `name`: an open transaction would make a DROP wait for ever."""
    others, kill = OTHERS[connection.dialect.name]
    for number in connection.execute(sa.text(others), {"name": name}).scalars().all():
        try:
            connection.exec_driver_sql(kill.format(number))
        except sa.exc.DBAPIError as error:
            if error.orig.args[0] != UNKNOWN_THREAD:  # else it went away by itself meanwhile
                raise


def _clear_sqlite(engine: sa.Engine) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        Path(f"{engine.url.database}{suffix}").unlink(missing_ok=True)


def _clear_postgresql(connection: sa.Connection) -> None:
    user_schemas = "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'"
    for schema in connection.execute(sa.text(user_schemas)).scalars().all():
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    connection.exec_driver_sql("CREATE SCHEMA public")


def _clear_mariadb(connection: sa.Connection) -> None:
    name = connection.engine.url.database
    connection.exec_driver_sql(f"DROP DATABASE {name}")
    connection.exec_driver_sql(f"CREATE DATABASE {name}" + OPTIONS["mariadb"])
