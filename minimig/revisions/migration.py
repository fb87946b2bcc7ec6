"""A migration that is not yet a file."""

from __future__ import annotations

from dataclasses import dataclass

from minimig.operations.base import Operation
from minimig.revisions.carrying import NOTHING, Carried


@dataclass(frozen=True)
class NewMigration:
    """What is to be written: the names of a revision file, as values. An empty `doc` is made from the operations.

    `comment` stands as lines of comment above everything else: a licence, a ticket, a date. `carried` is source that
    stands above the lists: functions that data steps of other files bring along.
    """

    app: str
    name: str
    doc: str = ""
    dependencies: tuple[str, ...] = ()
    up: tuple[Operation, ...] = ()
    down: tuple[Operation, ...] = ()
    run_before: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    initial: bool | None = None
    atomic: bool = True
    irreversible: str | None = None
    carried: Carried = NOTHING
    comment: str = ""

    @property
    def revision(self) -> str:
        """The identifier `app.name`."""
        return f"{self.app}.{self.name}"

    @property
    def is_merge(self) -> bool:
        """Whether it does nothing but join several revisions of its own app."""
        own = [revision for revision in self.dependencies if revision.startswith(f"{self.app}.")]
        return len(own) > 1 and not self.up and not self.down
