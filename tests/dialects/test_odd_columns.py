"""Columns that a database takes and SQLAlchemy reads otherwise, or not at all."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import minimig
from minimig.errors import StateError
from support.databases import Database


def test_a_second_number_is_no_collation(sqlite_database: Database) -> None:
    """SQLite takes any numbers behind a type, VARCHAR(10, 2) too; SQLAlchemy takes the second for a collation."""
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, c VARCHAR(10, 2))")
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("c", sa.String(10)))
        assert minimig.diff(connection, metadata) == []


@pytest.mark.filterwarnings("ignore:Unknown (column definition|schema content)")
def test_a_line_break_in_a_name_is_told(mariadb_database: Database) -> None:
    """SQLAlchemy reads SHOW CREATE TABLE line by line: such a column is an error that names it, and no traceback."""
    with mariadb_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INT, `new\nline` INT)")
        with pytest.raises(StateError, match=r"column 'new\\nline' of table t cannot be read"):
            minimig.reflect(connection)
