"""A database for a moment: empty, nobody else's, and gone afterwards.

In: nothing, or the URL of a server on which databases may be made. Out: an engine. Without a URL it is a SQLite file in
a temporary folder; on a server it is a database of its own, under a name that nobody has, which is dropped whatever
happens. The database that the URL names is connected to and not touched.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from minimig.dialects.reasons import reason
from minimig.errors import DatabaseError, UnsupportedError
from minimig.urls import choose_driver

SERVERS = {"postgresql": "", "mysql": " CHARACTER SET utf8mb4", "mariadb": " CHARACTER SET utf8mb4"}
"""The dialects that can make a database by a statement, and what stands behind its name."""

RIGHTS = "the user of this URL needs the right to make databases"
STILL_OPEN = "something still has a connection to it: close it, then drop the database"
OTHERS = "SELECT id FROM information_schema.processlist WHERE db = '{}'"


@contextmanager
def scratch_database(url: str | None = None, *, template: str | None = None) -> Iterator[sa.Engine]:
    """An engine of an empty database, or on PostgreSQL of a copy of the database `template`.

    Raises DatabaseError where none can be made, UnsupportedError on other kinds.
    """
    server = None if url is None else sa.make_url(choose_driver(url))
    if server is None or server.get_backend_name() == "sqlite":
        with tempfile.TemporaryDirectory(prefix="minimig-") as folder:
            yield from _engine(sa.URL.create("sqlite", database=str(Path(folder, "scratch.db"))))
        return
    if server.get_backend_name() not in SERVERS:
        raise UnsupportedError(
            f"no database can be made for a moment on {server.get_backend_name()}",
            hint=f"this works on sqlite, {', '.join(SERVERS)}",
        )
    name = f"minimig_scratch_{uuid.uuid4().hex[:16]}"
    copied = "" if template is None else f' TEMPLATE "{template}"'
    _on(server, f"CREATE DATABASE {name}{SERVERS[server.get_backend_name()]}{copied}")
    try:
        yield from _engine(server.set(database=name))
    finally:
        _drop(server, name)


def _engine(url: sa.URL) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def _drop(server: sa.URL, name: str) -> None:
    """Drop it though somebody left a connection open, or even a transaction, for which MySQL and MariaDB would wait."""
    if server.get_backend_name() == "postgresql":
        _on(server, f"DROP DATABASE {name} WITH (FORCE)", hint=STILL_OPEN)
        return
    for engine in _engine(server):
        with engine.connect() as connection:
            for number in connection.exec_driver_sql(OTHERS.format(name)).scalars().all():
                with suppress(sa.exc.DBAPIError):  # one that has gone by itself meanwhile
                    connection.exec_driver_sql(f"KILL {number}")
    _on(server, f"DROP DATABASE {name}", hint=STILL_OPEN)


def _on(server: sa.URL, statement: str, *, hint: str = RIGHTS) -> None:
    for engine in _engine(server):
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(statement)
        except sa.exc.DBAPIError as error:
            raise DatabaseError(
                f"{statement}: {reason(error)}",
                where=server.render_as_string(hide_password=True),
                hint=hint,
            ) from error
