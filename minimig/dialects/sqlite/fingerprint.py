"""What SQLite says of the things that a statement names, for `dialects.fingerprint`."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from minimig.dialects.fingerprint import about, digest


def sqlite_fingerprint(connection: sa.Connection, names: Collection[str]) -> str:
    """The fingerprint of tables, indexes, views and triggers with these names, or on a table with one of them."""
    rows = connection.exec_driver_sql("SELECT name, tbl_name, type, sql FROM sqlite_master")
    return digest(about(names, rows, named_by=2))
