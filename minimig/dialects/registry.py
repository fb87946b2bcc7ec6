"""Which schema editor serves which dialect; with it come its normalizer, its reader and its lock.

A dialect is one class, a `SchemaEditor`. Those of other packages are found by the entry point `minimig.dialects`, under
the name of SQLAlchemy's dialect, and come before minimig's own of that name. A class is imported when a database of its
kind is met, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.lock import HELD, holds
from minimig.dialects.normalizer import Normalizer
from minimig.dialects.output import Output
from minimig.dialects.stages import LockReleased, LockTaken
from minimig.errors import ConfigError, UnsupportedError
from minimig.stages import Tell, untold
from minimig.state.reader import Reader

GROUP = "minimig.dialects"

BUILT_IN = {
    "sqlite": "minimig.dialects.sqlite.editor:SQLiteEditor",
    "postgresql": "minimig.dialects.postgresql.editor:PostgreSQLEditor",
    "mysql": "minimig.dialects.mysql.editor:MySQLEditor",
    "mariadb": "minimig.dialects.mysql.editor:MySQLEditor",
    "mssql": "minimig.dialects.mssql.editor:MSSQLEditor",
    "oracle": "minimig.dialects.oracle.editor:OracleEditor",
}


def dialect_of(url: str) -> sa.Dialect:
    """The dialect that a database URL names, without connecting. Raises ConfigError for a URL that names none.

    It knows what a server of our days would tell it (`SchemaEditor.assume`).
    """
    try:
        dialect: Any = sa.make_url(url).get_dialect()()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise ConfigError(
            f"this is not a database URL: {error}", hint="write it like postgresql+psycopg://user@host/database"
        ) from error
    editor_class(dialect.name).assume(dialect)
    plain: sa.Dialect = dialect
    return plain


def mariadb_by_mysql() -> sa.Dialect:
    """What SQLAlchemy makes of a `mysql` URL once it has met a MariaDB: the name stays, the words are MariaDB's."""
    dialect: Any = dialect_of("mysql://")
    dialect._set_mariadb(True, ())  # noqa: SLF001 - what the first connection does
    editor_class(dialect.name).assume(dialect)
    plain: sa.Dialect = dialect
    return plain


def server_name(dialect: sa.Dialect) -> str:
    """What the server is called: MariaDB has a name of its own by whatever URL it is reached."""
    return "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name


@cache
def editor_class(dialect: str) -> type[SchemaEditor]:
    """The schema editor of the dialect of that name. Raises UnsupportedError for one that nobody provides."""
    found = [point for point in entry_points(group=GROUP) if point.name == dialect]
    if dialect in BUILT_IN:
        found.append(EntryPoint(dialect, BUILT_IN[dialect], GROUP))
    if not found:
        raise UnsupportedError(
            f"databases of the kind {dialect!r} are not supported",
            hint=f"minimig speaks to {', '.join(sorted(BUILT_IN))}; packages add others by the entry point {GROUP}",
        )
    try:
        loaded = found[0].load()
    except (ImportError, AttributeError) as error:
        raise UnsupportedError(
            f"the package that serves databases of the kind {dialect!r} cannot be loaded: {error}",
            where=f"entry point {GROUP}, {found[0].value}",
            hint="install it again, or remove it",
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, SchemaEditor)):
        raise UnsupportedError(
            f"{found[0].value} is no subclass of minimig's SchemaEditor",
            where=f"entry point {GROUP}",
            hint="a dialect is one class: see minimig/dialects/editor.py",
        )
    return loaded


def editor_for(dialect: sa.Dialect, output: Output) -> SchemaEditor:
    """The schema editor of a dialect, which sends its statements to `output`."""
    return editor_class(dialect.name)(dialect, output)


def normalizer_for(dialect: sa.Dialect) -> Normalizer:
    """The normalizer of a dialect."""
    return editor_class(dialect.name).normalizer(dialect)


def reader_for(dialect: sa.Dialect) -> Reader:
    """The reader of a dialect's catalogs."""
    return editor_class(dialect.name).reader()


@contextmanager
def lock_for(connection: sa.Connection, name: str, wait: float, tell: Tell = untold) -> Iterator[None]:
    """The lock that keeps other runners away from the version table `name`; see `SchemaEditor.lock`."""
    lock = editor_class(connection.dialect.name).lock
    with lock(connection, name, wait):
        connection.info[HELD] = name
        tell(LockTaken(name, (lock.__doc__ or "").partition("\n")[0]))
        try:
            yield
        finally:
            if holds(connection):
                del connection.info[HELD]
    tell(LockReleased(name))


def lock_holder(connection: sa.Connection, name: str) -> str | None:
    """Who holds that lock; see `SchemaEditor.lock_holder`."""
    borrowed = connection.in_transaction()
    found = editor_class(connection.dialect.name).lock_holder(connection, name)
    if not borrowed:
        connection.rollback()
    return found
