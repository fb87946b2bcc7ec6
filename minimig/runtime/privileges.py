"""The rights that a run needs and its user does not have, all of them told before its first statement.

In: prepared steps, and a connection behind the lock. Out: nothing, or one DatabaseError that lists each lack with the
operation that needs it and the statement that mends it. The database is asked once for the whole run. Behind a function
of the project's own, or SQL that speaks of rights, nobody knows what the user may do, and the look ends; what hangs on
a condition (`if_exists`) is passed over. What is not certain is left to the operation itself, which still fails then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.output import Values
from minimig.dialects.registry import editor_for
from minimig.dialects.rights import Act, Lack, Need, no_lacks
from minimig.errors import DatabaseError, MinimigError
from minimig.operations.base import Operation, states_here
from minimig.revisions.replay import Change
from minimig.runtime.output import PaperOutput
from minimig.runtime.plan import Direction
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Recorder


@dataclass(frozen=True)
class Wanted:
    """A need, the operation that has it, and the step that this is of; None is the net effect of several."""

    need: Need
    move: Change
    prepared: PreparedStep | None
    position: int


Places = Iterable[tuple[PreparedStep | None, Sequence[Change]]]
"""What a run does, in order: the operations of each step, or of the net effect that stands for the first ones."""

Found = Callable[[], Sequence[Wanted]]
"""What a run needs, looked for where the database can be asked about it."""


def wants(places: Places, editor: SchemaEditor) -> Iterator[Wanted]:
    """What a run needs, as far as it can be known from here. A thing that the run makes is its user's own."""
    made: set[tuple[str, str, str | None]] = set()
    for prepared, moves in places:
        for position, move in enumerate(moves):
            if move.operation.hands_out_rights:
                return
            conditional = _has_condition(move.operation)
            here = None if conditional else states_here(editor, move.before, move.after)
            for need in move.operation.needs(*here) if here else ():
                thing = (need.kind, need.name, need.schema)
                if thing not in made:
                    yield Wanted(need, move, prepared, position)
                if need.act is Act.CREATE and editor.maker_owns:
                    made.add(thing)


def needs_of_record(
    recorder: Recorder, editor: SchemaEditor, steps: Sequence[PreparedStep], *, erases: bool = False
) -> tuple[Need, ...]:
    """What it takes to write the version table, and the journal where each run keeps one."""
    comes = any(step.step.direction is Direction.FORWARD for step in steps)
    goes = erases or any(step.step.direction is Direction.BACKWARD for step in steps)
    acts = [Act.CREATE, *([Act.INSERT] if comes else []), *([Act.DELETE] if goes else [])]
    found = [(act, recorder.table) for act in acts]
    if not editor.transactional_ddl:
        runs = any(step.moves and not step.step.faked for step in steps)
        acts = [Act.CREATE, *((Act.INSERT, Act.DELETE) if runs else ())]
        found += [(act, recorder.journal.table) for act in acts]
    return tuple(Need(act, "table", table.name, table.schema) for act, table in found)


def refuse_lacks(
    connection: sa.Connection,
    editor: SchemaEditor,
    recorder: Recorder,
    wanted: Found,
    own: Sequence[Need],
) -> None:
    """Raise DatabaseError for all that this user may not do of what a run and the version table (`own`) need."""
    if editor.lacks is no_lacks:
        return
    found = wanted()
    borrowed = connection.in_transaction()
    asked = tuple(dict.fromkeys((*own, *(each.need for each in found))))
    lacks = editor.lacks(connection, asked)
    if any(lack.need in own for lack in lacks):
        there = _made(connection, recorder, own)
        lacks = editor.lacks(connection, [need for need in asked if need not in there]) if there else lacks
    half_done = {note.revision for note in recorder.journal.read(connection)} if lacks else set()
    if not borrowed and connection.in_transaction():
        connection.rollback()
    if lacks:
        sure = [each for each in found if each.prepared is None or each.prepared.step.revision not in half_done]
        _refuse(lacks, sure, own, connection.dialect)


def _made(connection: sa.Connection, recorder: Recorder, own: Sequence[Need]) -> frozenset[Need]:
    """Those of minimig's own tables that need not be created: a list of grants tells of none."""
    books = {book.table.name: book for book in (recorder, recorder.journal)}
    return frozenset(need for need in own if need.act is Act.CREATE and books[need.name].exists(connection))


def _refuse(
    lacks: Sequence[Lack],
    found: Sequence[Wanted],
    own: Sequence[Need],
    dialect: sa.Dialect,
) -> None:
    closed = next((lack for lack in lacks if lack.need is None), None)
    if closed is not None:
        raise DatabaseError(f"nothing can be written: {closed.missing}", hint=f"{closed.mend}; nothing was changed")
    by_need: dict[Need, list[Wanted]] = {}
    for each in found:
        by_need.setdefault(each.need, []).append(each)
    told: dict[tuple[str, str], list[str]] = {}
    for lack in lacks:
        users = ["minimig itself, to remember what was done"] if lack.need in own else []
        users += [_place(each) for each in by_need.get(lack.need, ()) if _sends(each, dialect)] if lack.need else []
        if users:
            thing = f"{lack.need.kind} {_full(lack.need)}" if lack.need else ""
            told.setdefault((f"{thing}: {lack.missing}", lack.mend), []).extend(users)
    if told:
        lines = [line for (what, mend), users in told.items() for line in _lines(what, mend, users)]
        raise DatabaseError(
            "\n".join([f"this user may not do all that this run needs; {len(told)} missing:", *lines]),
            hint="have somebody run these statements who may, or run minimig as such a user; --no-precheck"
            " (precheck=False) tries it as it is; nothing was changed",
        )


def _lines(what: str, mend: str, users: Sequence[str]) -> Iterator[str]:
    yield f"  {what}"
    more = f", and {len(users) - 1} more" if len(users) > 1 else ""
    yield f"    needed by: {users[0]}{more}"
    yield f"    mended by: {mend}"


def _place(each: Wanted) -> str:
    if each.prepared is None:
        return f"the net effect of the first migrations ({each.move.operation.describe()})"
    return f"{each.prepared.step.revision} ({each.prepared.where(each.position)})"


def _full(need: Need) -> str:
    return f"{need.schema}.{need.name}" if need.schema else need.name


def _has_condition(operation: Operation) -> bool:
    return bool(getattr(operation, "if_exists", False) or getattr(operation, "if_not_exists", False))


class _Counting(PaperOutput):
    sent = 0

    def execute(
        self,
        statement: str | sa.ClauseElement,
        parameters: Values | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.sent += 1


def _sends(each: Wanted, dialect: sa.Dialect) -> bool:
    """Whether the operation sends anything at all here: options of another database, for example, are no statement."""
    output = _Counting(dialect)
    editor = editor_for(dialect, output)
    try:
        operation, before, after = each.move
        operation.execute(editor, before, after)
        editor.finish()
    except MinimigError:
        return True  # it wants a connection, so it has something to say
    return output.sent > 0
