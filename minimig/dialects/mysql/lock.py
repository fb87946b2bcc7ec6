"""MySQL and MariaDB: GET_LOCK in the session that runs the statements, so that it dies with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.dialects.lock import lock_text, wait_for

_HOLDER = sa.text("""
    SELECT id, host, time FROM information_schema.processlist WHERE id = IS_USED_LOCK(:name)
""")


@contextmanager
def mysql_lock(connection: sa.Connection, name: str, wait: float) -> Iterator[None]:
    """Hold the lock of this database. Such locks belong to the whole server, so the database is part of the name."""
    borrowed = connection.in_transaction()
    text = lock_text(f"{connection.scalar(sa.text('SELECT DATABASE()'))}.{name}")

    def ask(function: str) -> object:
        answer = connection.execute(sa.text(f"SELECT {function}"), {"name": text}).scalar()
        if not borrowed:
            connection.commit()
        return answer

    def holder() -> str | None:
        row = connection.execute(_HOLDER, {"name": text}).first()
        return None if row is None else f"connection {row.id} from {row.host}"

    wait_for(connection, lambda: ask("GET_LOCK(:name, 0)") == 1, holder, wait)
    try:
        yield
    finally:
        if not (connection.closed or connection.invalidated):
            if not borrowed and connection.in_transaction():
                connection.rollback()
            ask("RELEASE_LOCK(:name)")
