"""A database that holds something else than the models say is seen to, and what is proposed leads to the models."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from minimig.autogenerate.autodetector import diff
from minimig.dialects.worded import worded
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from support.databases import Database


def models(*items: Any, **options: Any) -> sa.MetaData:
    """One table, `t`, with a key and these items."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *items, **options)
    return metadata


def mended(database: Database, before: sa.MetaData, after: sa.MetaData) -> list[Operation]:
    """Bring a database that `create_all` made for other models to `after`, and say how; then nothing differs."""
    before.create_all(database.engine)
    state = from_metadata(after)
    with database.engine.begin() as connection:
        live = worded(connection, state)
        operations = diff(live, state)
        minimig.apply(connection, operations, live)
    with database.engine.connect() as connection:
        assert diff(worded(connection, state), state) == []
    return operations


@pytest.mark.parametrize("option", ["sqlite_autoincrement", "sqlite_strict"])
def test_a_table_of_sqlite_gets_an_option(sqlite_database: Database, option: str) -> None:
    """That an option is off is no text: `"false"` would have said that it is there already."""
    assert mended(sqlite_database, models(), models(**{option: True})) != []
