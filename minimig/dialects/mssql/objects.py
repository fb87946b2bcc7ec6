"""Views, functions, triggers and schemas on SQL Server. A materialized view is an indexed view there, made by hand."""

from __future__ import annotations

from minimig.dialects.mssql.providers import MSSQLProviders
from minimig.errors import UnsupportedError
from minimig.state.objects import ObjectState, ViewState


class MSSQLObjects(MSSQLProviders):
    """SQL Server."""

    def has(self, item: ObjectState) -> bool:
        if isinstance(item, ViewState) and item.materialized and item.definition.on("mssql") is not None:
            raise UnsupportedError(
                f"SQL Server has no materialized views, so {item.key} cannot be created",
                hint="create a view WITH SCHEMABINDING and a unique clustered index on it, by ops.RunSQL",
            )
        return super().has(item)
