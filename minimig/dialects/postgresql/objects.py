"""Views and other objects on PostgreSQL, and how they step aside.

PostgreSQL drops no view on which another is built, and changes no type of a column that a view shows. Both states are
known, so what is in the way is dropped first and created again afterwards, in one transaction with the change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from minimig.dialects.postgresql.providers import PostgreSQLProviders
from minimig.state.dependencies import builders_on
from minimig.state.objects import FunctionState, ObjectState, TriggerState, ViewState
from minimig.state.schema import SchemaState


class PostgreSQLObjects(PostgreSQLProviders):
    """PostgreSQL."""

    def drop_sql(self, item: ObjectState) -> tuple[str, ...]:
        match item:
            case TriggerState():
                table = self.spelling.schema_prefix(item.schema) + self.spelling.quote(item.table)
                return (f"DROP TRIGGER {self.spelling.quote(item.name)} ON {table}",)
            case FunctionState() if item.arguments is not None:
                kind = "PROCEDURE" if item.procedure else "FUNCTION"
                return (f"DROP {kind} {self.qualified(item)}({item.arguments})",)
        return super().drop_sql(item)

    def replace(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        if old.provider:  # views do not notice how a sequence counts
            super().replace(before, after, old, new)
            return
        with self.aside(before, after, [old.key]):
            super().replace(before, after, old, new)

    @contextmanager
    def aside(self, before: SchemaState, after: SchemaState, keys: Collection[str]) -> Iterator[None]:
        """Without the views that build on these tables and objects; those of `after` are back when the block ends."""
        if not before.objects:
            yield
            return
        views = [item for item in builders_on(before, keys) if isinstance(item, ViewState) and self.has(item)]
        for view in reversed(views):
            self.drop(before, after, view)
        yield
        for view in views:
            if view.key in after.objects:
                self.create(before, after, after.object(view.key))
