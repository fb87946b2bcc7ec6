"""A computed column that the models call NOT NULL, which MariaDB cannot say."""

from __future__ import annotations

import sqlalchemy as sa

import minimig
from minimig.state.schema import SchemaState
from support.databases import Database


def test_a_not_null_computed_column_is_no_difference(database: Database) -> None:
    """After migrating, comparing finds nothing, whether or not the database keeps the NOT NULL."""
    metadata = sa.MetaData()
    sa.Table(
        "books",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("price", sa.Integer, nullable=False),
        sa.Column("double_price", sa.Integer, sa.Computed("price * 2", persisted=True), nullable=False),
    )
    with database.engine.begin() as connection:
        minimig.apply(connection, minimig.diff(SchemaState(), metadata), SchemaState())
    with database.engine.connect() as connection:
        assert minimig.diff(connection, metadata) == []
