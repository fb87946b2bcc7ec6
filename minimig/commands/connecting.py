"""A connection whose failures are told in minimig's words, and what its database is called there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.errors import DatabaseError
from minimig.urls import mask_url


@contextmanager
def connected(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection. Raises DatabaseError when the database cannot be reached, or refuses a statement."""
    try:
        connection = engine.connect()
    except (sa.exc.DBAPIError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseError(
            f"cannot connect to {name_of(engine)}: {' '.join(str(cause).split())}",
            hint=f"{_doubt(engine.dialect)} nothing was changed",
        ) from error
    with connection:
        try:
            yield connection
        except sa.exc.DBAPIError as error:
            raise DatabaseError(
                f"the database refused a statement: {' '.join(str(error.orig).split())}",
                where=f"{name_of(engine)}, statement: {' '.join(str(error.statement).split())[:200]}",
            ) from error


def name_of(engine: sa.Engine) -> str:
    """The database for people, with its password masked."""
    return mask_url(engine.url.render_as_string(hide_password=True))


def _doubt(dialect: sa.Dialect) -> str:
    """What to look at when there is no connection."""
    if dialect.name == "sqlite":
        return "does the folder exist, and may this user write to it?"
    return "is the server running, and are host, user, password and database right?"
