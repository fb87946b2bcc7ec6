"""What a fresh database gets in place of a long beginning of its history: the schema that the beginning leads to.

In: the steps of a run on a database without any applied revision. Out: how many of them, from the first, only change
the schema, and the operations that create what they lead to. A thousand revisions that build, change and drop are a
few hundred tables; every test run and every new developer would walk through all of them.

It is a squash that nobody wrote, with the proof of one: the operations, carried out on paper, lead to the very state
that the files lead to. The beginning ends at the first step that is more than the difference of two states: code, SQL
and rows of the project, views and functions (whose text may mean something else once more is there), whatever asks the
database (`if_exists`) or cannot be in a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.dialects.phrases import Phrases
from minimig.dialects.registry import editor_for
from minimig.errors import MinimigError
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.change_constraints import RenameConstraint, ValidateConstraint
from minimig.operations.columns import AddColumn, DropColumn
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey
from minimig.operations.enums import AddEnumValue, AlterEnum, RenameEnum, RenameEnumValue
from minimig.operations.indexes import CreateIndex, DropIndex, RenameIndex
from minimig.operations.namespaces import CreateSchema, DropSchema
from minimig.operations.rename_column import RenameColumn
from minimig.operations.sequences import AlterSequence, CreateSequence, DropSequence, RenameSequence
from minimig.operations.tables import AlterTable, CreateTable, DropTable, RenameTable
from minimig.revisions.replay import EMPTY, changes
from minimig.runtime.net_effect import NetEffect
from minimig.runtime.output import PaperOutput
from minimig.runtime.plan import Direction
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.rehearsal import rehearse_moves
from minimig.runtime.segments import in_one_transaction, segments

ENOUGH = 50
"""Of fewer steps a run shows each: they take no time that anybody would notice."""

SCHEMA_ONLY: frozenset[type[Operation]] = frozenset(
    {
        *(CreateTable, AlterTable, RenameTable, DropTable),
        *(AddColumn, AlterColumn, RenameColumn, DropColumn),
        *(AddConstraint, RenameConstraint, ValidateConstraint, DropConstraint, DropPrimaryKey),
        *(CreateIndex, RenameIndex, DropIndex),
        *(AddEnumValue, RenameEnumValue, AlterEnum, RenameEnum),
        *(CreateSequence, AlterSequence, RenameSequence, DropSequence),
        *(CreateSchema, DropSchema),
    }
)
"""Operations that do nothing to a database without rows but what their states say. A subclass may do more."""


def net_effect(steps: Sequence[PreparedStep], dialect: sa.Dialect) -> NetEffect | None:
    """What may stand for the beginning of a run on a database without any revision; None where each step has to run."""
    editor = editor_for(dialect, PaperOutput(dialect))
    if not editor.transactional_ddl:
        return None

    def only_changes_the_schema(prepared: PreparedStep) -> bool:
        return (
            prepared.step.direction is Direction.FORWARD
            and not prepared.step.faked
            and all(_says_all(move.operation) for move in prepared.moves)
            and in_one_transaction(segments(prepared, editor), editor, prepared)
        )

    beginning = tuple(takewhile(only_changes_the_schema, steps))
    moves = [move for prepared in beginning for move in prepared.moves]
    if len(beginning) < ENOUGH or not moves or moves[0].before != EMPTY:
        return None
    wanted = moves[-1].after
    phrases = Phrases()
    try:
        found = changes(diff(EMPTY, wanted), EMPTY)
        rehearse_moves(found, dialect, lambda _: "", phrases)
        for _, before, after in found:
            editor.refuse_names(before, after)
    except MinimigError:
        return None  # a knot of foreign keys that each step by itself can tie; what is to be refused with its file
    same = (found[-1].after if found else EMPTY) == wanted
    return NetEffect(found, len(beginning), phrases) if same else None


def _says_all(operation: Operation) -> bool:
    named = operation.arguments()[1]
    return type(operation) in SCHEMA_ONLY and not named.get("if_exists") and not named.get("if_not_exists")
