"""The repair command: what is wrong between database and files, and the two things that only a person may decide.

That an edited file is to count as what was applied (`accept`), and that a half-done migration was undone by hand
(`commands.interrupted.forget_half_done`). Flyway's `repair` does all of this at once and shows nothing; here each
revision is named, and what differs is shown before it is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from typing import Any

import sqlalchemy as sa

from minimig.commands.awaiting import on_its_loop
from minimig.commands.damage import Damage, damage
from minimig.commands.executing import alone
from minimig.commands.interrupted import HalfDone, way_on
from minimig.commands.project import Project
from minimig.commands.standing import is_missing
from minimig.dialects.registry import lock_holder
from minimig.errors import HistoryError, MinimigError, TargetError, nearest
from minimig.revisions.meaning import is_comparable
from minimig.runtime.plan import Direction, Plan, Step
from minimig.runtime.prepare import prepare
from minimig.runtime.recorder import Applied, revisions
from minimig.runtime.rows import version_row


@dataclass(frozen=True)
class EditedFile:
    """An applied file that was edited, and how what it does differs: lines that begin with `-`, `+` or a space.

    `note` says it where no lines can. `now` is the row as it would be written today; None where the file does not fit.
    """

    revision: str
    path: str
    cosmetic: bool
    difference: tuple[str, ...] = ()
    note: str | None = None
    now: Applied | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "revision": self.revision,
            "path": self.path,
            "cosmetic": self.cosmetic,
            "difference": list(self.difference),
            "note": self.note,
        }


@dataclass(frozen=True)
class RepairList:
    """What is wrong in a database. `ways` are the commands that finish what is half-done.

    `holder` is who holds the lock: then what looks half-done may be what that run is doing. `late` counts only where
    the configuration refuses revisions that are out of order; an edit that is cosmetic, never.
    """

    database: str
    half_done: tuple[HalfDone, ...]
    ways: Mapping[str, str]
    edited: tuple[EditedFile, ...]
    missing: tuple[str, ...]
    orphans: tuple[tuple[str, str], ...]
    late: Mapping[str, str]
    problems: tuple[MinimigError, ...]
    refuses_late: bool = False
    holder: str | None = None

    @property
    def clean(self) -> bool:
        changed = [edit for edit in self.edited if not edit.cosmetic]
        late = self.late if self.refuses_late else ()
        return not (self.half_done or changed or self.missing or self.orphans or late or self.problems)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "database": self.database,
            "clean": self.clean,
            "locked_by": self.holder,
            "half_done": [{**half.to_dict(), "next": self.ways.get(half.revision)} for half in self.half_done],
            "edited": [edit.to_dict() for edit in self.edited],
            "missing": list(self.missing),
            "without_parent": [{"revision": child, "depends_on": parent} for child, parent in self.orphans],
            "out_of_order": dict(self.late),
            "problems": [problem.to_dict() for problem in self.problems],
        }


Agree = Callable[[Sequence[EditedFile]], bool]
"""Shows what differs to whoever decides, and tells whether it is accepted."""


@on_its_loop
def list_repairs(project: Project) -> RepairList:
    """What is wrong in the configured database. Changes nothing."""
    if is_missing(project.engine.url):
        return _listed(project, damage(project, None), (), None)
    with project.connect() as connection:
        found = damage(project, connection)
        rows = {row.revision: row for row in found.rows}
        edited = tuple(
            replace(_told(project, connection, found.rows, rows[edit.revision]), cosmetic=edit.cosmetic)
            for edit in found.edits
        )
        holder = lock_holder(connection, project.recorder.table.key)
    return _listed(project, found, edited, holder)


def _listed(project: Project, found: Damage, edited: tuple[EditedFile, ...], holder: str | None) -> RepairList:
    readable = not found.problems
    return RepairList(
        project.database_name,
        found.half_done,
        {half.revision: way_on(project, half) for half in found.half_done} if readable else {},
        edited,
        found.missing,
        found.orphans,
        found.late,
        found.problems,
        project.settings.out_of_order == "error",
        holder,
    )


@on_its_loop
def accept(
    project: Project, words: Sequence[str], agree: Agree, lock_timeout: float | None = None
) -> tuple[EditedFile, ...]:
    """Let the rows of applied revisions say what their files say today; returns those that were accepted.

    Checksums and the way back are replaced: the database itself stays as it is. Files that say what their rows say are
    left out; `agree` is asked once for the others, before the lock is taken. Raises TargetError for words that name no
    applied revision with a file, StateError where a file does not fit, HistoryError when something changed meanwhile.
    """
    with project.connect() as connection:
        rows = project.applied(connection)
        named = [_named(project, rows, word) for word in words]
        shown = [_told(project, connection, rows, row) for row in dict.fromkeys(named)]
        before = {row.revision: row for row in named}
        wanted = [edit for edit in shown if not _says_the_same(before[edit.revision], edit.now)]
        for edit in wanted:
            if edit.now is None:
                raise HistoryError(
                    f"the file of {edit.revision} cannot be accepted: {edit.note}",
                    where=edit.path,
                    hint="mend the file first; nothing was changed",
                )
        if not wanted or not agree(wanted):
            return ()
        with alone(project, connection, lock_timeout):
            _check_unchanged(project, connection, before)
            with connection.begin():
                project.recorder.ensure(connection)
                for edit in wanted:
                    if edit.now is not None:
                        project.recorder.accept(connection, edit.now)
    return tuple(wanted)


def _says_the_same(row: Applied, now: Applied | None) -> bool:
    return now is not None and (row.checksum, row.file_checksum) == (now.checksum, now.file_checksum)


def _check_unchanged(project: Project, connection: sa.Connection, before: Mapping[str, Applied]) -> None:
    now = {row.revision: row for row in project.applied(connection)}
    for revision, row in before.items():
        if now.get(revision) != row:
            raise HistoryError(
                f"another run has changed the row of {revision} meanwhile; nothing was changed",
                where=project.database_name,
                hint="look again with minimig repair",
            )


def _named(project: Project, rows: Sequence[Applied], word: str) -> Applied:
    """The row that a word names: its revision, its name, or the start of either."""
    files = {header.revision for header in project.headers}
    known = {row.revision: row for row in rows if row.revision in files}
    exact = [row for name, row in known.items() if word in (name, row.name)]
    found = exact or [row for name, row in known.items() if name.startswith(word) or row.name.startswith(word)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(row.revision for row in found)
        raise TargetError(f"{word!r} names several applied revisions: {names}", hint="write more of the name")
    raise TargetError(
        f"{word!r} is no applied revision that has a file", hint=nearest(word, known) or "minimig repair tells what is"
    )


def _told(project: Project, connection: sa.Connection, rows: Sequence[Applied], row: Applied) -> EditedFile:
    """How the file of a row differs from what the row remembers."""
    path = str(project.survey.headers[row.revision].path)
    try:
        now = _row_of_today(project, rows, row.revision)
    except MinimigError as error:
        return EditedFile(row.revision, path, cosmetic=False, note=f"what it does cannot be shown: {error.message}")
    told = EditedFile(row.revision, path, cosmetic=now.checksum == row.checksum, now=now)
    if told.cosmetic:
        return replace(told, note="only its spelling: what it does is the same")
    then = _way_back(project, connection, row)
    if then is None or now.way_back is None:
        which = "it was then" if then is None else "it is now"
        return replace(told, note=f"what it did cannot be shown: there is no text of the way back as {which}")
    lines = tuple(unified_diff(then.splitlines(), now.way_back.splitlines(), lineterm="", n=2))[2:]
    if not lines and not is_comparable(row.checksum):
        return replace(told, note="its row has no checksum to compare with; the recorded way back is the same")
    if not lines:
        note = "what differs does not change the schema: a data step, its SQL or its function, on the way up"
        return replace(told, note=note)
    return replace(told, difference=tuple(line for line in lines if line.strip() and not line.startswith("@@")))


def _row_of_today(project: Project, rows: Sequence[Applied], revision: str) -> Applied:
    graph = project.graph_at(revisions(rows), revision)
    plan = Plan((Step(revision, Direction.FORWARD),))
    [prepared] = prepare(graph, project.load, plan, graph.ancestors([revision]) - {revision}, project.state_after)
    return version_row(prepared)


def _way_back(project: Project, connection: sa.Connection, row: Applied) -> str | None:
    try:
        return project.recorder.ways_back(connection, [row]).get(row.revision)
    finally:
        connection.rollback()
