"""The tables as they were, for data steps."""

from __future__ import annotations

from types import SimpleNamespace

import sqlalchemy as sa

from minimig.state.schema import SchemaState
from minimig.state.to_metadata import to_metadata


class TablesThen(SimpleNamespace):
    """Real `sqlalchemy.Table` objects at one point of the history: `tables.posts`, or `tables["blog.posts"]`.

    They know the columns of that point, not those of today's models, so an old data step keeps working when the models
    have moved on.
    """

    def __init__(self, state: SchemaState) -> None:
        self.metadata = to_metadata(state)
        super().__init__(**{key: table for key, table in self.metadata.tables.items() if key != "metadata"})

    def __getitem__(self, key: str) -> sa.Table:
        return self.metadata.tables[key]
