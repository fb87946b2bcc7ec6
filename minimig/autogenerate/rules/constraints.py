"""The primary key, and unique, foreign-key and check constraints."""

from __future__ import annotations

from collections.abc import Iterator

from minimig.autogenerate.pairs import TablePair
from minimig.autogenerate.questioner import Questioner
from minimig.operations.base import Operation
from minimig.operations.change_constraints import RenameConstraint, ValidateConstraint
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey


def primary_key(pair: TablePair, _: Questioner) -> Iterator[Operation]:
    """Another primary key: the old one is dropped, the new one added; a key that only has another name is renamed."""
    if pair.both is None:
        return
    old, new = pair.both
    if pair.primary_key_stays:
        if old.primary_key and new.primary_key and old.primary_key.name != new.primary_key.name:
            yield RenameConstraint(old.primary_key.name, new.primary_key.name, new.name, schema=new.schema)
        return
    if old.primary_key is not None:
        yield DropPrimaryKey(old.name, schema=old.schema)
    if new.primary_key is not None:
        yield AddConstraint(new.name, new.primary_key, schema=new.schema)


def constraints(pair: TablePair, _: Questioner) -> Iterator[Operation]:
    """A changed constraint is dropped and added; one that says the same under another name is renamed.

    One that was added NOT VALID, and of which that is no longer said, is validated.
    """
    if pair.both is None:
        return
    new = pair.both[1]
    changes = pair.constraints()
    for name in changes.validated:
        yield ValidateConstraint(name, new.name, schema=new.schema)
    for item in changes.dropped:
        yield DropConstraint(item.name, new.name, schema=new.schema)
    for before, after in changes.renamed:
        yield RenameConstraint(before, after, new.name, schema=new.schema)
    for item in changes.added:
        yield AddConstraint(new.name, item, schema=new.schema)
