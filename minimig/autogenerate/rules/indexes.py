"""Indexes."""

from __future__ import annotations

from collections.abc import Iterator

from minimig.autogenerate.pairs import TablePair
from minimig.autogenerate.questioner import Questioner
from minimig.operations.base import Operation
from minimig.operations.indexes import CreateIndex, DropIndex, RenameIndex


def indexes(pair: TablePair, _: Questioner) -> Iterator[Operation]:
    """A changed index is dropped and created; one that says the same under another name is renamed."""
    if pair.both is None:
        return
    new = pair.both[1]
    changes = pair.indexes()
    for item in changes.dropped:
        yield DropIndex(item.name, new.name, schema=new.schema, postgresql_concurrently=item.concurrently)
    for before, after in changes.renamed:
        yield RenameIndex(before, after, new.name, schema=new.schema)
    for item in changes.added:
        yield CreateIndex(item, new.name, schema=new.schema)
