"""MySQL and MariaDB: GET_LOCK in the session that runs the statements, so that it dies with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.dialects.lock import lock_text, wait_for

_HOLDER = sa.text("""
    SELECT l.id AS id, p.user AS user, p.host AS host, p.command AS command, p.time AS time
    FROM (SELECT IS_USED_LOCK(:name) AS id) l LEFT JOIN information_schema.processlist p ON p.id = l.id
""")


@contextmanager
def mysql_lock(connection: sa.Connection, name: str, wait: float) -> Iterator[None]:
    """Hold a GET_LOCK. Such locks belong to the whole server, so the database is part of the name."""
    borrowed = connection.in_transaction()
    text = _text(connection, name)

    def ask(function: str) -> object:
        answer = connection.execute(sa.text(f"SELECT {function}"), {"name": text}).scalar()
        if not borrowed:
            connection.commit()
        return answer

    wait_for(connection, lambda: ask("GET_LOCK(:name, 0)") == 1, lambda: mysql_holder(connection, name), wait)
    try:
        yield
    finally:
        if not (connection.closed or connection.invalidated):
            if not borrowed and connection.in_transaction():
                connection.rollback()
            ask("RELEASE_LOCK(:name)")


def mysql_holder(connection: sa.Connection, name: str) -> str | None:
    """The connection that holds the lock. Who that is, only a user with the right PROCESS may see of another user.

    Since when, the server does not keep; how long it has been in its present statement, or idle, it does.
    """
    row = connection.execute(_HOLDER, {"name": _text(connection, name)}).one()
    if row.id is None:
        return None
    if row.host is None:
        return f"connection {row.id}"
    doing = "idle" if row.command == "Sleep" else "in its statement"
    return f"connection {row.id} of {row.user} from {row.host}, {doing} for {row.time} s"


def _text(connection: sa.Connection, name: str) -> str:
    return lock_text(f"{connection.scalar(sa.text('SELECT DATABASE()'))}.{name}")
