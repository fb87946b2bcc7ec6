"""What SQLite says of its whole schema, for `dialects.fingerprint`."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from minimig.dialects.fingerprint import digest


def sqlite_fingerprint(connection: sa.Connection, tables: Collection[str] | None) -> str:  # noqa: ARG001
    """The fingerprint of everything in the main database; of some tables alone it is the same."""
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return digest(repr(tuple(row)) for row in rows)
