"""A connection whose failures are told in minimig's words, and what its database is called there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.errors import ConfigError, DatabaseError
from minimig.masking import mask_text, mask_url

DEFAULT_SCHEMA = {
    "postgresql": "SELECT current_schema()",
    "mysql": "SELECT DATABASE()",
    "mariadb": "SELECT DATABASE()",
}
"""Where a name without a schema lives, by dialect: SQLAlchemy asks once, and `prepare` may have moved it since."""


@contextmanager
def connected(engine: sa.Engine, prepare: Callable[[sa.Connection], object] | None = None) -> Iterator[sa.Connection]:
    """A connection that `prepare` has seen first.

    Raises DatabaseError when the database cannot be reached, or refuses a statement, and what `prepare` raises.
    """
    try:
        connection = engine.connect()
    except TypeError as error:  # the driver, of an argument that it does not have
        raise ConfigError(
            mask_text(f"the driver {engine.driver} cannot be called like this: {error}", _passwords_of(engine.url)),
            where=name_of(engine),
            hint="look at `connect_args` of the environment, and at what stands behind ? in the URL",
        ) from error
    except (sa.exc.DBAPIError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseError(
            mask_text(
                f"cannot connect to {name_of(engine)}: {' '.join(str(cause).split())}", _passwords_of(engine.url)
            ),
            hint=f"{_doubt(engine.dialect)} nothing was changed",
        ) from error
    with connection:
        try:
            if prepare is not None:
                prepare(connection)
                connection.commit()  # PostgreSQL takes a SET back with the transaction that it was made in
                _look_again(connection)
            yield connection
        except sa.exc.DBAPIError as error:
            raise DatabaseError(
                f"the database refused a statement: {' '.join(str(error.orig).split())}",
                where=f"{name_of(engine)}, statement: {' '.join(str(error.statement).split())[:200]}",
            ) from error


def _look_again(connection: sa.Connection) -> None:
    """Let SQLAlchemy know which schema is the default one now."""
    question = DEFAULT_SCHEMA.get(connection.dialect.name)
    if question is not None:
        connection.dialect.default_schema_name = connection.scalar(sa.text(question))
        connection.rollback()


def _passwords_of(url: sa.URL) -> list[str]:
    """The password, unless it says no more than what is shown anyway."""
    password = str(url.password or "")
    return [] if password in (url.username, url.database, url.host) else [password]


def name_of(engine: sa.Engine) -> str:
    """The database for people, with its password masked."""
    return mask_url(engine.url.render_as_string(hide_password=True))


def _doubt(dialect: sa.Dialect) -> str:
    """What to look at when there is no connection."""
    if dialect.name == "sqlite":
        return "does the folder exist, and may this user write to it?"
    return "is the server running, and are host, user, password and database right?"
