"""Objects that models declare beside their tables: kept on the MetaData, read by `from_metadata`.

SQLAlchemy has no place for a view or a function; `MetaData.info` is its place for what others want to keep there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import sqlalchemy as sa

from minimig.errors import ModelsError
from minimig.state.objects import ObjectState

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
    """The objects kept on a MetaData, in the order of their declaration."""
    objects: dict[str, ObjectState] = metadata.info.get(INFO, {})
    return objects.values()
