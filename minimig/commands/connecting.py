"""A connection whose failures are told in minimig's words, and what its database is called there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.dialects.reasons import reason
from minimig.errors import DatabaseError
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
    except Exception as error:
        if not (isinstance(error, sa.exc.DBAPIError | OSError | TypeError | ValueError) or _of_driver(engine, error)):
            raise
        raise DatabaseError(
            mask_text(f"cannot connect to {name_of(engine)}: {_why(error)}", _passwords_of(engine.url)),
            hint=f"{_doubt(engine.dialect, error)} nothing was changed",
            code="MM511",
        ) from error
    with connection, _telling(engine):
        if prepare is not None:
            prepare(connection)
            connection.commit()  # PostgreSQL takes a SET back with the transaction that it was made in
            _look_again(connection)
        yield connection


@contextmanager
def held(connection: sa.Connection) -> Iterator[sa.Connection]:
    """A connection that the caller has, told of in the same words: neither committed nor closed here.

    A transaction that only reading began is ended, unless it was the caller's.
    """
    borrowed = connection.in_transaction()
    with _telling(connection.engine):
        try:
            yield connection
        finally:
            if not borrowed and connection.in_transaction():
                connection.rollback()


@contextmanager
def _telling(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise DatabaseError(
            f"the database refused a statement: {reason(error)}",
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


def _of_driver(engine: sa.Engine, error: Exception) -> bool:
    """Whether an error is the driver's own; SQLAlchemy 2.0 lets those of asyncpg through."""
    return type(error).__module__.partition(".")[0] == engine.dialect.driver


def _why(error: Exception) -> str:
    return reason(error) if isinstance(error, sa.exc.DBAPIError) else " ".join(str(error).split())


def _doubt(dialect: sa.Dialect, error: Exception) -> str:
    """What to look at when there is no connection."""
    if isinstance(error, TypeError | ValueError):  # from the driver's own function, which takes no such argument
        ssl = " (asyncpg takes ssl=require where others take sslmode=require)" if dialect.driver == "asyncpg" else ""
        return f"what stands behind ? in the URL are arguments of the driver {dialect.driver}{ssl}: are they right?"
    if dialect.name == "sqlite":
        return "does the folder exist, and may this user write to it?"
    return "is the server running, and are host, user, password and database right?"
