"""Databases for tests: a fresh, empty one for whoever asks, gone afterwards.

In goes a `Server` (see `support.servers`) or a folder; out comes a `Database` with its URL and an engine. A new one
costs 5 ms, but on PostgreSQL 50 ms to make and, since dropping one writes a checkpoint, up to seconds to drop. There
one that can be made as good as new is emptied and kept for the next test.
"""

from __future__ import annotations

import importlib
import importlib.util
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
_PUBLIC = (  # as a new database of PostgreSQL 15 or later has it
    "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
    "GRANT USAGE ON SCHEMA public TO PUBLIC",
    "COMMENT ON SCHEMA public IS 'standard public schema'",
)
_LEFT = """
    SELECT EXISTS (SELECT FROM pg_extension WHERE extname <> 'plpgsql')
        OR EXISTS (SELECT FROM pg_event_trigger) OR EXISTS (SELECT FROM pg_publication)
        OR EXISTS (SELECT FROM pg_foreign_data_wrapper) OR EXISTS (SELECT FROM pg_largeobject_metadata)
        OR EXISTS (SELECT FROM pg_default_acl) OR EXISTS (SELECT FROM pg_cast WHERE oid >= 16384)
        OR EXISTS (SELECT FROM pg_language WHERE oid >= 16384)
        OR EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database())
        OR EXISTS (
            SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase
            WHERE datname = current_database()
        )
        OR EXISTS (
            SELECT FROM pg_database d WHERE datname = current_database() AND (datacl IS NOT NULL OR datconnlimit <> -1
            OR datdba <> (SELECT oid FROM pg_roles WHERE rolname = current_user))
        )
"""
"""Whether a database has what is in no schema of its own."""


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
    spare: list[Database] = field(default_factory=list)

    def create(self) -> Database:
        """A new database under a name that no other test process can have picked."""
        name = f"minimig_test_{uuid.uuid4().hex[:16]}"
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}" + OPTIONS[self.kind])
        return Database.at(self.kind, self.admin.url.set(database=name))

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """An empty database that is gone afterwards, or empty again and kept for the next who asks."""
        database = self.spare.pop() if self.spare else self.create()
        try:
            yield database
        finally:
            if self.kind == "postgresql" and _is_as_new(database):
                self.spare.append(Database.at(self.kind, database.engine.url))  # with an engine that nobody listens to
            else:
                self.drop(database)

    def drop_spare(self) -> None:
        """Drop what is kept."""
        while self.spare:
            self.drop(self.spare.pop())

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
    connection.exec_driver_sql("SET lock_timeout = '2s'")  # what a prepared transaction holds, nobody lets go
    user_schemas = "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'"
    for schema in connection.execute(sa.text(user_schemas)).scalars().all():
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    for statement in _PUBLIC:
        connection.exec_driver_sql(statement)


def _is_as_new(database: Database) -> bool:
    """Whether it could be emptied, and no test has left what is in no schema: an extension, a setting, a lock."""
    try:
        database.clear()
        with database.engine.connect() as connection:
            return not connection.exec_driver_sql(_LEFT).scalar_one()
    except sa.exc.DBAPIError:
        return False


def _clear_mariadb(connection: sa.Connection) -> None:
    name = connection.engine.url.database
    connection.exec_driver_sql(f"DROP DATABASE {name}")
    connection.exec_driver_sql(f"CREATE DATABASE {name}" + OPTIONS["mariadb"])
