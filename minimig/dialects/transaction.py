"""The transaction around a migration, and the way out of it for a statement that no transaction may hold.

PostgreSQL refuses CREATE INDEX CONCURRENTLY and a few others inside a transaction. Such a statement steps outside by
itself: what was done before it is committed, it runs alone, and the rest of the migration gets a transaction of its
own. (Alembic has `autocommit_block` for this, which the user writes; Django refuses, and wants `atomic = False`.) Only
a transaction that was begun here is ever committed. A session's advisory lock outlives a commit, so the runner stays
alone meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa

from minimig.errors import UnsupportedError

_OURS = "minimig_transaction"
"""Under this name a connection's `info` holds the transaction that was begun here."""


@contextmanager
def own_transaction(connection: sa.Connection) -> Iterator[None]:
    """Committed at the end, rolled back when an error passes through; `outside` may commit in between."""
    info = connection.info
    with ExitStack() as stack:
        stack.enter_context(connection.begin())
        info[_OURS] = stack
        try:
            yield
        finally:
            del info[_OURS]


@contextmanager
def outside(connection: sa.Connection) -> Iterator[None]:
    """Out of the transaction that `own_transaction` began, and into a new one after the block.

    Does nothing where each statement commits by itself. Raises UnsupportedError when the transaction is somebody's.
    """
    if commits_each(connection):
        yield
        return
    stack: ExitStack | None = connection.info.get(_OURS)
    if stack is None:
        raise UnsupportedError(
            "a statement that must run outside a transaction cannot run on a connection that is inside yours",
            hint="hand minimig an engine, a URL, or a connection on which no transaction has begun",
        )
    stack.close()
    with autocommit(connection):
        yield
    stack.enter_context(connection.begin())


@contextmanager
def autocommit(connection: sa.Connection) -> Iterator[None]:
    """Each statement by itself; afterwards the connection is as it was."""
    former = connection.get_isolation_level()
    connection.commit()
    connection.execution_options(isolation_level="AUTOCOMMIT")
    try:
        yield
        connection.commit()
    finally:
        if connection.in_transaction():
            connection.rollback()
        connection.execution_options(isolation_level=former)


def commits_each(connection: sa.Connection) -> bool:
    """Whether each statement commits by itself on this connection."""
    return connection._is_autocommit_isolation()  # noqa: SLF001 (the public way is younger than 2.0)
