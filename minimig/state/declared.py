"""Objects that models declare beside their tables: kept on the MetaData, read by `from_metadata`.

SQLAlchemy has no place for a function or trigger; `MetaData.info` is its place for what others want to keep there. From
SQLAlchemy 2.1 on `sa.CreateView(..., metadata=...)` puts a Table for the view into the MetaData: that is a declaration,
too. Other tables that stand for a view say so by `info={"is_view": True}`, a habit of many projects.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import sqlalchemy as sa

from minimig.errors import ModelsError
from minimig.state.definition import Definition
from minimig.state.objects import ObjectState, ViewState

INFO = "minimig_objects"

Item = TypeVar("Item", bound=ObjectState)


def declare(metadata: sa.MetaData, item: Item) -> Item:
    """Keep an object on a MetaData. Raises ModelsError when another of the same key is there already."""
    objects: dict[str, ObjectState] = metadata.info.setdefault(INFO, {})
    if objects.get(item.key, item) != item:
        raise ModelsError(f"{item.key} is declared twice, with two definitions", hint="rename or remove one of them")
    objects[item.key] = item
    return item


def declared(metadata: sa.MetaData) -> Iterable[ObjectState]:
    """The objects kept on a MetaData, in the order of their declaration, then the views that SQLAlchemy knows."""
    objects: dict[str, ObjectState] = metadata.info.get(INFO, {})
    yield from objects.values()
    for table in metadata.tables.values():
        view = _view_of(table)
        if view is not None and view.key not in objects:
            yield view


def is_temporary(table: sa.Table) -> bool:
    """Whether a Table lives no longer than a session, so that no schema has it."""
    prefixes = table._prefixes  # noqa: SLF001 - SQLAlchemy has no public way to read them
    return any(str(prefix).upper().split()[-1:] in (["TEMPORARY"], ["TEMP"]) for prefix in prefixes)


def is_view(table: sa.Table) -> bool:
    """Whether a Table stands for a view, so that no table is to be created for it."""
    return bool(table.info.get("is_view")) or _creator(table) is not None


def _view_of(table: sa.Table) -> ViewState | None:
    creator = _creator(table)
    if creator is None or creator.temporary:
        return None
    definition = Definition.of(creator.selectable)
    return ViewState(str(table.name), table.schema, definition, materialized=bool(creator.materialized))


def _creator(table: sa.Table) -> Any:
    """SQLAlchemy's CreateView that made this Table; its CreateTableAs makes tables like any other."""
    creator = getattr(table, "_creator_ddl", None)
    return creator if hasattr(creator, "materialized") else None
