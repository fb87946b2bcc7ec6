"""Tables that appear, disappear, or change their comment or options."""

from __future__ import annotations

from collections.abc import Iterator

from minimig.autogenerate.pairs import TablePair
from minimig.autogenerate.questioner import Questioner
from minimig.operations.base import Operation
from minimig.operations.keep import KEEP
from minimig.operations.tables import AlterTable, CreateTable, DropTable


def created_and_dropped(pair: TablePair, _: Questioner) -> Iterator[Operation]:
    """A table on one side only."""
    if pair.old is None and pair.new is not None:
        yield CreateTable(pair.new)
    if pair.new is None and pair.old is not None:
        yield DropTable(pair.old.name, schema=pair.old.schema)


def altered(pair: TablePair, _: Questioner) -> Iterator[Operation]:
    """Comment and options of a table that stays."""
    if pair.both is None:
        return
    old, new = pair.both
    had, has = dict(old.options), dict(new.options)
    options = {name: has.get(name) for name in sorted({*had, *has}) if had.get(name) != has.get(name)}
    if options or old.comment != new.comment:
        comment = KEEP if old.comment == new.comment else new.comment
        yield AlterTable(new.name, comment=comment, schema=new.schema, **options)
