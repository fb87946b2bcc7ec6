"""What is decided before a database is changed: history, plan, lock."""

from __future__ import annotations

from minimig.commands.stages import FilesCompared
from minimig.dialects.stages import LockReleased, LockTaken
from minimig.narration.lesson import GLANCE, VALUES, Lesson, Said, count, described, listed
from minimig.runtime.plan import Direction
from minimig.runtime.prechecks import RowsLookedAt
from minimig.runtime.stages import (
    HistoryRead,
    Planned,
    Rehearsed,
    StepsPrepared,
    VersionTableWanted,
)
from minimig.stages import Stage


def history_read(stage: HistoryRead) -> Said:
    """Which revisions there are."""
    rows = tuple(row.revision for row in stage.rows)
    headline = f"{stage.table}: {count(len(rows), 'revision')} applied"
    return Said(headline, (f"the last one: {rows[-1]}",) if rows else (), rows)


def planned(stage: Planned) -> Said:
    """Each step, and why it is in the plan where it is."""
    target = stage.target
    wanted = "everything" if target.everything else target.revision or f"nothing of {target.app}"
    way = "nothing to do" if not stage.plan else f"{count(len(stage.plan), 'step')}, {stage.plan.direction}"
    lines = []
    for number, step in enumerate(stage.plan, start=1):
        if step.direction is Direction.FORWARD:
            parents = [parent for parent in stage.graph.parents(step.revision) if parent not in stage.applied]
            why = (
                f"not applied yet; after {listed(parents)}"
                if parents
                else "not applied yet; all that it needs is there"
            )
        else:
            children = [child for child in stage.graph.children(step.revision) if child in stage.applied]
            why = f"taken back once {listed(children)} is" if children else "nothing that is applied is built on it"
        lines.append(f"{number}. {step.revision}: {why}")
    return Said(f"target: {wanted}; {way}", tuple(lines))


def files_compared(stage: FilesCompared) -> Said:
    """Which of the applied files differ."""
    edited = f"; edited since: {listed(stage.edited)}" if stage.edited else ", all as they were"
    return Said(
        f"{count(len(stage.revisions), 'applied file')} compared with the checksums in the version table{edited}"
    )


def steps_prepared(stage: StepsPrepared) -> Said:
    """The operations of each step."""
    moves = sum(len(step.moves) for step in stage.steps)
    lines = tuple(
        line
        for step in stage.steps
        for line in (step.step.revision, *(f"  {each}" for each in described(move.operation for move in step.moves)))
    )
    few = len(lines) <= GLANCE
    headline = f"{count(moves, 'operation')}, each with the schema before and after it"
    return Said(headline, lines if few else (), () if few else lines)


def rehearsed(stage: Rehearsed) -> Said:
    """Nothing was refused."""
    moves = sum(len(step.moves) for step in stage.steps if not step.step.faked)
    return Said(f"{count(moves, 'operation')} can be said in {stage.dialect}; nothing was sent")


def lock_taken(stage: LockTaken) -> Said:
    """Whose lock, and how."""
    return Said(f"this run holds the lock of {stage.name}", (stage.how,) if stage.how else ())


def lock_released(stage: LockReleased) -> Said:
    """Free again."""
    return Said(f"the lock of {stage.name} is free again")


def rows_looked_at(stage: RowsLookedAt) -> Said:
    """How many rows stand in the way."""
    return Said(f"{stage.revision}, {stage.operation.describe()}: {stage.count} {stage.what}")


def version_table_wanted(stage: VersionTableWanted) -> Said:
    """It is to be there."""
    return Said(f"{stage.table} must be there, with all its columns, before a row is written")


PLANNING: dict[type[Stage], Lesson] = {
    HistoryRead: Lesson(
        "History",
        "the database remembers one row for each applied revision; heads are computed and never stored",
        "minimig.runtime.recorder",
        history_read,
    ),
    Planned: Lesson(
        "Plan",
        "what the target needs, minus what is applied, in the order of the graph; nothing meets the database yet",
        "minimig.runtime.plan",
        planned,
    ),
    FilesCompared: Lesson(
        "Edited files",
        "bytes first, and only where they differ what they mean: a changed comment is no changed migration",
        "minimig.commands.edits",
        files_compared,
    ),
    StepsPrepared: Lesson(
        "Preparation",
        "a file that does not load or fit, or has no way back, stops the run here, while nothing is touched",
        "minimig.runtime.prepare",
        steps_prepared,
    ),
    Rehearsed: Lesson(
        "Rehearsal",
        "the schema editor says everything once to an output that sends nothing: what it refuses is known now",
        "minimig.runtime.rehearsal",
        rehearsed,
    ),
    LockTaken: Lesson(
        "Lock",
        "one runner at a time; history is read again inside, since another one may have been faster",
        "minimig.dialects.lock",
        lock_taken,
    ),
    LockReleased: Lesson("Lock", "whoever waited goes on now", "minimig.dialects.lock", lock_released, depth=VALUES),
    RowsLookedAt: Lesson(
        "Rows looked at beforehand",
        "rows that a later statement would stumble over are counted before the first one runs",
        "minimig.runtime.prechecks",
        rows_looked_at,
    ),
    VersionTableWanted: Lesson(
        "Version table",
        "minimig's own table is made when the first row is, and grows by the same schema editor as any other",
        "minimig.runtime.recorder",
        version_table_wanted,
    ),
}
