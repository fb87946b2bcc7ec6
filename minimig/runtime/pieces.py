"""The statements of one operation, collected before the first is sent and cut into pieces that happen or do not.

A piece is what one note in the journal stands for: rows that change in one transaction, together with their note; or a
single statement that commits by itself. What kind a statement is can be told by its first word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from minimig.dialects.literals import inlined, literal_dialect
from minimig.dialects.output import Values
from minimig.errors import UnsupportedError
from minimig.runtime.output import first_word

LONGEST_NOTE = 60_000
"""Characters of a piece that the journal keeps; a longer one is known by its digest alone."""


class Kind(Enum):
    """What can be known about a statement of which nobody heard whether it took effect."""

    SESSION = "a setting of the session, made again in each run"
    ROWS = "rows, changed in one transaction with the note"
    SCHEMA = "a change that the schema shows"
    REPEATABLE = "work that may be done twice"
    UNKNOWN = "only a person can tell"


_WORDS = {
    Kind.SESSION: "SET USE PRAGMA RESET",
    Kind.ROWS: "INSERT UPDATE DELETE REPLACE MERGE SELECT WITH VALUES TABLE SHOW EXPLAIN",
    Kind.SCHEMA: "CREATE ALTER DROP RENAME COMMENT GRANT REVOKE SECURITY REASSIGN",
    Kind.REPEATABLE: "ANALYZE ANALYSE VACUUM OPTIMIZE REINDEX CLUSTER REFRESH CHECKPOINT FLUSH CHECK LOCK UNLOCK"
    " BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE END",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True)
class Sent:
    """One statement as an operation sent it."""

    statement: str | sa.ClauseElement
    parameters: Values | None = None
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Piece:
    """Statements that share one note: several only where all of them change rows. `text` is all they say, inlined."""

    kind: Kind
    statements: tuple[Sent, ...]
    text: str

    @property
    def digest(self) -> str:
        """What tells the piece from another one."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:40]

    @property
    def is_one_deed(self) -> bool:
        """Whether nothing of it took effect when the database refused it; a procedure may have committed a part."""
        return self.kind is Kind.SCHEMA or first_word(self.text) == "TRUNCATE"

    @property
    def note(self) -> str | None:
        """The text as far as the journal keeps it."""
        return self.text if len(self.text) <= LONGEST_NOTE else None


class Queue:
    """An output that keeps the statements of an operation; the database may be looked at meanwhile.

    They go to `send`, in pieces: at the end, or earlier where the operation has to see what it did.
    """

    def __init__(self, connection: sa.Connection, send: Callable[[tuple[Piece, ...]], None]) -> None:
        self.connection: sa.Connection | None = connection
        self._send = send
        self._dialect = connection.dialect
        self._kept: list[Sent] = []

    def execute(
        self,
        statement: str | sa.ClauseElement,
        parameters: Values | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep one statement."""
        self._kept.append(Sent(statement, parameters, options))

    def outside_transaction(self) -> AbstractContextManager[None]:
        """Each piece is outside a transaction already, but those that only change rows."""
        return nullcontext()

    def sync(self) -> None:
        """Send what was kept."""
        kept, self._kept = self._kept, []
        self._send(pieces(kept, self._dialect))


def pieces(statements: Sequence[Sent], dialect: sa.Dialect) -> tuple[Piece, ...]:
    """Statements cut into pieces, in order."""
    return tuple(_cut([(_kind(sent, dialect), sent) for sent in statements], literal_dialect(dialect)))


def recorded(text: str) -> Piece:
    """The piece that a note in the journal tells of; its values stand in the text."""
    return Piece(_KINDS.get(first_word(text), Kind.UNKNOWN), tuple(Sent(line) for line in text.split(BETWEEN)), text)


BETWEEN = ";\n\x1e"
"""What stands between the statements of one note; no statement holds it (RS is a separator of records in ASCII)."""


def _cut(statements: list[tuple[Kind, Sent]], dialect: sa.Dialect) -> Iterator[Piece]:
    for kind, group in groupby(statements, key=lambda pair: pair[0]):
        sent = tuple(one for _, one in group)
        for together in [sent] if kind is Kind.ROWS else [(one,) for one in sent]:
            yield Piece(kind, together, BETWEEN.join(line for one in together for line in _texts(one, dialect)))


def _kind(sent: Sent, dialect: sa.Dialect) -> Kind:
    if isinstance(sent.statement, sa.Insert | sa.Update | sa.Delete | sa.Select):
        return Kind.ROWS
    text = sent.statement if isinstance(sent.statement, str) else str(sent.statement.compile(dialect=dialect))
    return _KINDS.get(first_word(text), Kind.UNKNOWN)


def _texts(sent: Sent, dialect: sa.Dialect) -> Iterable[str]:
    """What a statement says, with its values; those that have no literal are told by their Python text."""
    if isinstance(sent.statement, str) and sent.parameters is None:
        return [sent.statement]
    clause = sa.text(sent.statement) if isinstance(sent.statement, str) else sent.statement
    one = sent.parameters is None or isinstance(sent.parameters, Mapping)
    each = [sent.parameters] if one else list(sent.parameters or ())
    try:
        return [inlined(clause, values, dialect) for values in each]  # type: ignore[arg-type]
    except UnsupportedError:
        return [f"{clause} {sent.parameters!r}"]
