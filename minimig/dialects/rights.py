"""What a user must be allowed to do for a run, and what of that a database knows in advance to be missing.

In: needs, plain values that the operations give. Out: lacks, each with the statement that would mend it. A lack stops
a run before its first statement, so it is only told where the database is certain; a database that cannot be asked has
none. (Alembic, Django and Flyway find out in the middle; Atlas compares no privileges with its plan.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa


class Act(StrEnum):
    """What is to be done with a thing."""

    CREATE = "create"
    ALTER = "alter"
    DROP = "drop"
    INDEX = "index"
    REFERENCES = "references"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Need:
    """One thing to be done: `create table shop.words`. A trigger or an index goes by the name of its table.

    `kind` is a word of `ObjectState.kind`, or `table`, `type` or `index`; without a `schema` it is where the session
    looks.
    """

    act: Act
    kind: str
    name: str
    schema: str | None = None


@dataclass(frozen=True)
class Lack:
    """A need that this user may not meet; None is all of them. `mend` is a statement, or what to do in words."""

    need: Need | None
    missing: str
    mend: str


def no_lacks(connection: sa.Connection, needs: Sequence[Need]) -> tuple[Lack, ...]:  # noqa: ARG001 - see the dialects
    """Of a database that nobody asks."""
    return ()


@dataclass(frozen=True)
class Room:
    """The room on the disk of a database, where its own files tell of it.

    `free` are the bytes that it can still take, `size` those it has; `content(connection, table)` is what a copy of a
    table takes at least.
    """

    place: str
    free: int
    size: int
    content: Callable[[sa.Connection, str], int]


def no_room(connection: sa.Connection) -> Room | None:  # noqa: ARG001 - see the dialects
    """Of a database whose disk is not known here: a server's own."""
    return None


class Foresight:
    """The part of a schema editor that says what its database knows in advance."""

    lacks = staticmethod(no_lacks)
    """What this user may not do."""

    room = staticmethod(no_room)
    """The room on the disk."""

    maker_owns: ClassVar[bool] = True
    """Whether a user may do everything with what he has made."""
