"""What older servers do not have yet, refused before they have to say "syntax error"."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from minimig.errors import UnsupportedError
from minimig.state.parts import ForeignKeyState
from minimig.state.tables import TableState

_NULLS = ("postgresql_nulls_not_distinct", True)


def refuse_newer(dialect: sa.Dialect, table: TableState) -> None:
    """Raise UnsupportedError for what came with a later version than the server's; a script is for any version."""
    version = dialect.server_version_info
    if version is None or version >= (15,):
        return
    for what, instead in _of_15(table):
        raise UnsupportedError(
            f"{what} of table {table.key} needs PostgreSQL 15, and this server is version {version[0]}", hint=instead
        )


def _of_15(table: TableState) -> Iterator[tuple[str, str]]:
    for item in (*table.constraints.values(), *table.indexes.values()):
        if _NULLS in item.options:
            yield (
                f"NULLS NOT DISTINCT in {item.name}",
                "leave postgresql_nulls_not_distinct out, or use a partial index",
            )
        if isinstance(item, ForeignKeyState) and "(" in (item.ondelete or ""):
            yield f"ON DELETE {item.ondelete} in {item.name}", "leave out the columns in parentheses"
