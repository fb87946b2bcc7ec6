"""What happens between an editor and its database."""

from __future__ import annotations

from dataclasses import dataclass

from minimig.stages import Stage


@dataclass(frozen=True)
class StatementSent(Stage):
    """A statement went to the database, or, without `seconds`, into a script.

    `reason` is the schema editor's, why this database needs it; None where the operation explains it by itself.
    """

    statement: str
    reason: str | None
    seconds: float | None = None


@dataclass(frozen=True)
class TransactionMoved(Stage):
    """A transaction has begun, was committed, or was rolled back."""

    move: str


@dataclass(frozen=True)
class LockTaken(Stage):
    """No other run works on this database now; `how` is what the dialect says of its lock."""

    name: str
    how: str


@dataclass(frozen=True)
class LockReleased(Stage):
    """Others may work on the database again."""

    name: str
