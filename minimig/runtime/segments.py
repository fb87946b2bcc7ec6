"""How one migration is cut into pieces that either happen or do not.

In: a prepared step and the schema editor of its database. Out: segments, in order. A migration that is a single
transaction has one segment; any other is carried out with a journal (`runtime.journal`), segment by segment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from minimig.dialects.editor import SchemaEditor
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.runtime.prepare import PreparedStep


class Manner(Enum):
    """How the operations of a segment are carried out."""

    TOGETHER = "in one transaction, with what the journal or the version table notes of them"
    OUTSIDE = "outside a transaction, by an operation that copes with what an earlier attempt left"
    PIECES = "statement by statement, each noted before it is sent"
    BATCHES = "some rows at a time, each batch in one transaction with how far the walk has come"
    CODE = "by a function that sends its statements itself"


@dataclass(frozen=True)
class Segment:
    """Operations by their position in the step, and how they run."""

    manner: Manner
    positions: tuple[int, ...]


def segments(prepared: PreparedStep, editor: SchemaEditor) -> tuple[Segment, ...]:
    """The segments of a step. An `atomic = False` file has a segment for each operation."""
    atomic = prepared.migration.header.atomic
    manners = [
        (position, _manner(move.operation, editor, atomic=atomic)) for position, move in enumerate(prepared.moves)
    ]
    return tuple(_joined(manners) if atomic else (Segment(manner, (position,)) for position, manner in manners))


def in_one_transaction(found: Sequence[Segment], editor: SchemaEditor, prepared: PreparedStep) -> bool:
    """Whether the step needs no journal: it is one transaction, version row included."""
    if not found:
        return True
    return editor.transactional_ddl and prepared.migration.header.atomic and _manners(found) == [Manner.TOGETHER]


def refuse_apart(steps: Sequence[PreparedStep], editor: SchemaEditor) -> None:
    """Raise UnsupportedError for a step that cannot share a transaction with the whole run."""
    for prepared in steps:
        if not in_one_transaction(segments(prepared, editor), editor, prepared):
            raise UnsupportedError(
                f"{prepared.step.revision} cannot be part of one transaction for the whole run",
                where=str(prepared.migration.header.path),
                hint="migrate up to it and past it by themselves, or leave --atomic-run out; nothing was changed",
            )


def refuse_outside(steps: Sequence[PreparedStep], editor: SchemaEditor) -> None:
    """Raise UnsupportedError for an operation that the caller's transaction cannot hold."""
    for prepared in steps:
        for operation, _, _ in prepared.moves:
            if operation.steps_outside(editor):
                raise UnsupportedError(
                    f"{operation.describe()}: this cannot run inside a transaction, and the connection is in yours",
                    where=str(prepared.migration.header.path),
                    hint="hand minimig an engine, a URL, or a connection on which no transaction has begun",
                )


def _manners(found: Sequence[Segment]) -> list[Manner]:
    return [segment.manner for segment in found]


def _joined(manners: list[tuple[int, Manner]]) -> Iterator[Segment]:
    for manner, group in groupby(manners, key=lambda pair: pair[1]):
        positions = tuple(position for position, _ in group)
        if manner is Manner.TOGETHER:
            yield Segment(manner, positions)
        else:
            yield from (Segment(manner, (position,)) for position in positions)


def _manner(operation: Operation, editor: SchemaEditor, *, atomic: bool) -> Manner:
    if operation.in_batches:
        return Manner.BATCHES
    if operation.steps_outside(editor) and (operation.runs_code or operation.runs_sql):
        return Manner.CODE if operation.runs_code else Manner.PIECES
    if operation.steps_outside(editor):
        return Manner.OUTSIDE
    if operation.runs_code:
        return Manner.TOGETHER if atomic and editor.transactional_ddl else Manner.CODE
    if editor.transactional_ddl and (atomic or not operation.runs_sql):
        return Manner.TOGETHER
    return Manner.PIECES
