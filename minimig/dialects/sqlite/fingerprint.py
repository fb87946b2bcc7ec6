"""What SQLite says of the things that a statement names, for `dialects.fingerprint`."""

from __future__ import annotations

import sqlalchemy as sa

from minimig.dialects.fingerprint import about, digest, words


def sqlite_fingerprint(connection: sa.Connection, statement: str) -> str:
    """The fingerprint of tables, indexes, views and triggers that a statement names, or on a table that it names."""
    rows = connection.exec_driver_sql("SELECT name, tbl_name, type, sql FROM sqlite_master")
    return digest(connection.dialect, about(words(statement), rows, named_by=2))
