"""The tables as they were, for data steps."""

from __future__ import annotations

from types import SimpleNamespace

import sqlalchemy as sa

from minimig.errors import nearest
from minimig.state.schema import SchemaState
from minimig.state.to_metadata import to_metadata


class TablesThen(SimpleNamespace):
    """Real `sqlalchemy.Table` objects at one point of the history: `tables.posts`, or `tables["blog.posts"]`.

    They know the columns of that point, not those of today's models, so an old data step keeps working when the models
    have moved on. A name that is none of theirs is an error with the nearest names.
    """

    def __init__(self, state: SchemaState) -> None:
        self.metadata = to_metadata(state)
        super().__init__(**{key: table for key, table in self.metadata.tables.items() if key != "metadata"})

    def __getitem__(self, key: str) -> sa.Table:
        try:
            return self.metadata.tables[key]
        except KeyError:
            raise KeyError(self._missing(key)) from None

    def __contains__(self, key: object) -> bool:
        return key in self.metadata.tables

    def __getattr__(self, name: str) -> sa.Table:
        if name == "metadata" or name.startswith("__"):  # asked while a copy is being made
            raise AttributeError(name)
        raise AttributeError(self._missing(name))

    def _missing(self, key: str) -> str:
        known = self.metadata.tables
        there = nearest(key, known) or f"there are {', '.join(known) or 'none'}"
        return f"there is no table {key!r} at this point of the history; {there}"
