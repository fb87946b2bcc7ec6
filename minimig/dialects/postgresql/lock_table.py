"""How many objects one transaction of PostgreSQL locks, and how many the server has room for.

All sessions share one table of locks. A transaction that creates or changes thousands of tables fills it, and is then
rolled back with "out of shared memory" (PostgreSQL manual, max_locks_per_transaction).
"""

from __future__ import annotations

import sqlalchemy as sa

from minimig.state.parts import ExcludeState, UniqueState
from minimig.state.tables import TableState

_ROOM = sa.text("""
    SELECT current_setting('max_locks_per_transaction')::bigint
           * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
""")


def postgresql_lock_room(connection: sa.Connection) -> int:
    """The number of objects that all transactions together can lock."""
    return int(connection.execute(_ROOM).scalar_one())


def postgresql_locks(table: TableState) -> int:
    """What is locked with a table: itself, the table and index for its long values, its indexes, its sequence."""
    indexed = (table.primary_key is not None) + len(table.indexes)
    indexed += sum(isinstance(constraint, UniqueState | ExcludeState) for constraint in table.constraints.values())
    key = table.primary_key.columns if table.primary_key else ()
    numbered = any(column.identity or column.name in key for column in table.columns.values())
    return 3 + indexed + numbered
