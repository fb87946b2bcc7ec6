"""How a database is migrated: each step, and each statement with its reason."""

from __future__ import annotations

from collections.abc import Iterable

from minimig.dialects.stages import StatementSent, TransactionMoved
from minimig.narration.lesson import VALUES, Lesson, Said, count, listed
from minimig.runtime.events import (
    CheckSkipped,
    Crowded,
    NetEffectDone,
    NetEffectRefused,
    NetEffectStarted,
    Progressed,
    Retrying,
    StepDone,
    StepStarted,
)
from minimig.runtime.journal import Note
from minimig.runtime.output import READING, first_word
from minimig.runtime.plan import Direction
from minimig.runtime.stages import (
    NotesFound,
    NotesWritten,
    OperationBegun,
    RowWritten,
    ScriptBegun,
    StepCut,
)
from minimig.stages import Stage

LONGEST = 96
"""Characters of a statement that are shown where not everything is wanted."""


def step_started(stage: StepStarted) -> Said:
    """Which of how many."""
    verb = "apply" if stage.step.direction is Direction.FORWARD else "take back"
    faked = ", only in the version table" if stage.step.faked else ""
    return Said(f"{verb} {stage.step.revision} ({stage.number} of {len(stage.revisions)}){faked}")


def script_begun(stage: ScriptBegun) -> Said:
    """For whom."""
    return Said(f"{stage.step.revision} {stage.step.direction}, as {stage.dialect} says it")


def crowded(stage: Crowded) -> Said:
    """How many locks, and how many there is room for."""
    return Said(
        f"one transaction for all of it takes about {stage.locks} locks, and the server has room for {stage.room}"
    )


def net_effect_started(stage: NetEffectStarted) -> Said:
    """How many steps it stands for."""
    return Said(f"what the first {stage.count} of {len(stage.revisions)} migrations lead to is made at once")


def net_effect_done(stage: NetEffectDone) -> Said:
    """How long it took."""
    return Said(f"it is there, and their rows are, in {stage.seconds:.3f}s")


def net_effect_refused(stage: NetEffectRefused) -> Said:
    """Why they run one by one."""
    return Said(f"the database refused, nothing has happened, and they run one by one: {stage.reason}")


def step_cut(stage: StepCut) -> Said:
    """One transaction, or pieces."""
    if stage.single and stage.segments and not stage.transactional_ddl:
        return Said("it runs inside the caller's transaction, which this database ends at each change of the schema")
    if stage.single:
        return Said("one transaction holds all its statements and its row: after an error nothing of it is left")
    why = "this database commits at each change of the schema"
    if stage.transactional_ddl:
        why = "one of its operations does not go into a transaction, or its file wants none"
    lines = [
        f"{listed(f'operation {position + 1}' for position in segment.positions)}: {segment.manner.value}"
        for segment in stage.segments
    ]
    return Said(f"{why}: a journal is kept, by which an interrupted run goes on", tuple(lines))


def operation_begun(stage: OperationBegun) -> Said:
    """Which operation."""
    return Said(f"operation {stage.position + 1}: {stage.operation.describe()}")


def statement_sent(stage: StatementSent) -> Said:
    """The statement, and what it is for."""
    text = " ".join(stage.statement.split())
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
    took = "" if stage.seconds is None else f"  ({stage.seconds:.4f}s)"
    because = (f"why: {stage.reason}",) if stage.reason else ()
    lines = stage.statement.strip().splitlines() if len(text) > LONGEST else ()
    return Said(f"{short}{took}", because, tuple(line.rstrip() for line in lines))


def is_only_looking(stage: StatementSent) -> bool:
    """Whether a statement leaves nothing behind: such are told only to who wants everything."""
    return stage.reason is None and first_word(stage.statement) in READING


def transaction_moved(stage: TransactionMoved) -> Said:
    """Begun, committed, rolled back."""
    return Said(f"transaction {stage.move}")


def notes_found(stage: NotesFound) -> Said:
    """How far the earlier run came."""
    headline = f"an earlier run was interrupted here; its journal knows of {count(len(stage.notes), 'piece')}"
    return Said(headline, _pieces(stage.notes))


def notes_written(stage: NotesWritten) -> Said:
    """Which piece is how far."""
    return Said(f"the journal is told of {count(len(stage.notes), 'piece')}", _pieces(stage.notes))


def _pieces(notes: Iterable[Note]) -> tuple[str, ...]:
    return tuple(f"operation {note.operation + 1}, piece {note.piece + 1}: {note.status}" for note in notes)


def row_written(stage: RowWritten) -> Said:
    """What the row holds."""
    row = stage.change.row
    if not stage.change.comes:
        return Said(f"the row of {row.revision} goes")
    known = [("checksum", row.checksum), ("of the file", row.file_checksum), ("by", row.tool)]
    values = tuple(f"{name}: {value}" for name, value in known if value)
    back = tuple(f"way back: {line}" for line in (row.way_back or "").splitlines())
    return Said(f"the row of {row.revision} comes", (), values + back)


def step_done(stage: StepDone) -> Said:
    """How long it took."""
    return Said(f"{stage.step.revision} is done, in {stage.seconds:.3f}s")


def progressed(stage: Progressed) -> Said:
    """How far a long operation is."""
    return Said(f"{stage.operation}: {stage.done} of about {stage.total} rows")


def retrying(stage: Retrying) -> Said:
    """Who was in the way."""
    return Said(f"attempt {stage.attempt} of {stage.attempts} failed: {stage.reason}; again in {stage.seconds:.1f}s")


def check_skipped(stage: CheckSkipped) -> Said:
    """Why nobody looked."""
    return Said(f"nobody counted the {stage.what}: {stage.reason}")


RUNNING: dict[type[Stage], Lesson] = {
    StepStarted: Lesson(
        "Step",
        "a migration and its row are one transaction wherever the database can roll changes of a schema back",
        "minimig.runtime.executor",
        step_started,
    ),
    ScriptBegun: Lesson(
        "Script",
        "the same schema editor writes a script and works on a live database; only its output is another one",
        "minimig.runtime.script",
        script_begun,
    ),
    Crowded: Lesson(
        "Locks",
        "a transaction keeps the lock of each table, index and sequence that it touches until its end",
        "minimig.runtime.lock_count",
        crowded,
    ),
    NetEffectStarted: Lesson(
        "Net effect",
        "a database that has had nothing needs only what a long beginning leads to, and the proof that it is the same",
        "minimig.commands.net_effect",
        net_effect_started,
    ),
    NetEffectDone: Lesson(
        None, "schema and rows came in one transaction", "minimig.runtime.net_effect", net_effect_done
    ),
    NetEffectRefused: Lesson(
        None, "the step at fault will say what is wrong", "minimig.runtime.net_effect", net_effect_refused
    ),
    StepCut: Lesson(
        None, "how a step is cut decides what a killed run leaves behind", "minimig.runtime.segments", step_cut, VALUES
    ),
    OperationBegun: Lesson(
        None,
        "an operation says what to do and never names a database; the schema editor knows how it is said here",
        "minimig.dialects.editor",
        operation_begun,
        depth=VALUES,
    ),
    StatementSent: Lesson(
        None,
        "one operation may take several statements, and several operations may share one: that is the dialect's doing",
        "minimig.runtime.hearing",
        statement_sent,
        depth=VALUES,
    ),
    TransactionMoved: Lesson(
        None,
        "what happens between begun and committed happens whole or not at all",
        "minimig.dialects.transaction",
        transaction_moved,
        depth=VALUES,
    ),
    NotesFound: Lesson(
        None,
        "what is done is passed over; of what was started and not confirmed the schema tells whether it happened",
        "minimig.runtime.doubt",
        notes_found,
    ),
    NotesWritten: Lesson(
        None,
        "what commits by itself is noted ahead, so that a killed run can be told from a finished one",
        "minimig.runtime.journal",
        notes_written,
        depth=VALUES,
    ),
    RowWritten: Lesson(
        None,
        "the row holds checksums, so that an edited file is noticed, and the way back, in case the file is lost",
        "minimig.runtime.rows",
        row_written,
        depth=VALUES,
    ),
    StepDone: Lesson(None, "the step can no longer be lost", "minimig.runtime.events", step_done),
    Progressed: Lesson(
        None, "long work is cut into batches, each of which is kept", "minimig.runtime.batches", progressed, VALUES
    ),
    Retrying: Lesson(
        None,
        "what was rolled back because another session was in the way is tried again",
        "minimig.runtime.retrying",
        retrying,
    ),
    CheckSkipped: Lesson(
        None,
        "a look that takes too long is given up; the operation itself will tell",
        "minimig.runtime.prechecks",
        check_skipped,
    ),
}
