"""Which editor and which normalizer serve which dialect."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.mysql import MySQLEditor
from minimig.dialects.mysql_normalizer import MySQLNormalizer
from minimig.dialects.normalizer import Normalizer
from minimig.dialects.output import Output
from minimig.dialects.postgresql import PostgreSQLEditor
from minimig.dialects.postgresql_normalizer import PostgreSQLNormalizer
from minimig.dialects.sqlite import SQLiteEditor
from minimig.dialects.sqlite_normalizer import SQLiteNormalizer
from minimig.errors import ConfigError, UnsupportedError

EDITORS: dict[str, type[SchemaEditor]] = {
    "sqlite": SQLiteEditor,
    "postgresql": PostgreSQLEditor,
    "mysql": MySQLEditor,
    "mariadb": MySQLEditor,
}

NORMALIZERS: dict[str, type[Normalizer]] = {
    "sqlite": SQLiteNormalizer,
    "postgresql": PostgreSQLNormalizer,
    "mysql": MySQLNormalizer,
    "mariadb": MySQLNormalizer,
}


def dialect_of(url: str) -> sa.Dialect:
    """The dialect that a database URL names, without connecting. Raises ConfigError for a URL that names none."""
    try:
        dialect: Any = sa.make_url(url).get_dialect()()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise ConfigError(
            f"this is not a database URL: {error}", hint="write it like postgresql+psycopg://user@host/database"
        ) from error
    if dialect.name == "postgresql":
        # SQLAlchemy 2.0 doubles backslashes until a server has told it otherwise; standard_conforming_strings has been
        # on by default since PostgreSQL 9.1.
        dialect._backslash_escapes = False  # noqa: SLF001
    plain: sa.Dialect = dialect
    return plain


def editor_for(dialect: sa.Dialect, output: Output) -> SchemaEditor:
    """The schema editor of a dialect. Raises UnsupportedError for one that minimig does not know."""
    _check(dialect)
    return EDITORS[dialect.name](dialect, output)


def lock_for(connection: sa.Connection, name: str, wait: float) -> AbstractContextManager[None]:
    """The lock that keeps other runners away from the version table `name`; see `SchemaEditor.lock`."""
    _check(connection.dialect)
    return EDITORS[connection.dialect.name].lock(connection, name, wait)


def normalizer_for(dialect: sa.Dialect) -> Normalizer:
    """The normalizer of a dialect. Raises UnsupportedError for one that minimig does not know."""
    _check(dialect)
    return NORMALIZERS[dialect.name](dialect)


def _check(dialect: sa.Dialect) -> None:
    if dialect.name not in EDITORS:
        raise UnsupportedError(
            f"databases of the kind {dialect.name!r} are not supported",
            hint=f"minimig speaks to {', '.join(sorted(EDITORS))}",
        )
