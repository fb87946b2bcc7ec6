"""A database for a moment: empty, nobody else's, and gone afterwards.

In: nothing, or the URL of a server on which databases may be made. Out: an engine. Without a URL it is a SQLite file in
a temporary folder; on a server it is a database of its own, under a name that nobody has, which is dropped whatever
happens. The database that the URL names is connected to and not touched.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from minimig.dialects.reasons import reason
from minimig.errors import DatabaseError, UnsupportedError
from minimig.urls import choose_driver

SERVERS = {"postgresql": "", "mysql": " CHARACTER SET utf8mb4", "mariadb": " CHARACTER SET utf8mb4"}
"""The dialects that can make a database by a statement, and what stands behind its name."""


@contextmanager
def scratch_database(url: str | None = None) -> Iterator[sa.Engine]:
    """An engine of an empty database. Raises DatabaseError where none can be made, UnsupportedError on other kinds."""
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
    _on(server, f"CREATE DATABASE {name}{SERVERS[server.get_backend_name()]}")
    try:
        yield from _engine(server.set(database=name))
    finally:
        _on(server, f"DROP DATABASE {name}")


def _engine(url: sa.URL) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def _on(server: sa.URL, statement: str) -> None:
    for engine in _engine(server):
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(statement)
        except sa.exc.DBAPIError as error:
            raise DatabaseError(
                f"{statement}: {reason(error)}",
                where=server.render_as_string(hide_password=True),
                hint="the user of this URL needs the right to make databases",
            ) from error
