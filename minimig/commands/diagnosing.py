"""The diagnose command: one verdict over files, history and live schema, with everything that is wrong, worst first.

It changes nothing, takes no lock, and works where other commands refuse: with broken files, with rows that no file
describes, while a run is at work. (Prisma's `migrate diagnose` names such situations; Alembic's `check` compares models
with a database and knows none of them.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.commands.awaiting import on_its_loop
from minimig.commands.checking import drift
from minimig.commands.damage import Damage, damage
from minimig.commands.interrupted import way_on
from minimig.commands.project import Project
from minimig.commands.standing import is_missing
from minimig.dialects.registry import lock_holder
from minimig.errors import DatabaseError, MinimigError
from minimig.revisions.details import plain_lines
from minimig.runtime.plan import Direction

FINE = "up to date"
LISTED = 10
"""How many revisions to come are told one by one."""
CODES = {
    "unreachable": 1,
    "broken": 1,
    "half-applied": 7,
    "diverged": 7,
    "ahead": 7,
    "edited": 7,
    "out of order": 7,
    "locked": 6,
    "parted": 4,
    "behind": 4,
    "drifted": 4,
}
"""Each kind of finding, the worst first, with the exit code that it alone would bring."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its kind (a key of `CODES`), in a sentence, with what to do about it."""

    kind: str
    message: str
    hint: str
    revisions: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "kind": self.kind,
            "message": self.message,
            "hint": self.hint,
            "revisions": list(self.revisions),
            "details": list(self.details),
        }


@dataclass(frozen=True)
class Diagnosis:
    """All findings, the worst first. `schema` is `compared`, or says why the live schema was not."""

    database: str
    findings: tuple[Finding, ...]
    applied: int
    pending: tuple[str, ...]
    schema: str
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        return self.findings[0].kind if self.findings else FINE

    @property
    def exit_code(self) -> int:
        return CODES[self.verdict] if self.findings else 0

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "database": self.database,
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "findings": [finding.to_dict() for finding in self.findings],
            "applied": self.applied,
            "pending": list(self.pending),
            "schema": self.schema,
            "notes": list(self.notes),
        }


@on_its_loop
def diagnose(project: Project, *, schema: bool = True) -> Diagnosis:
    """Look at everything that the configuration names. With `schema`, the live schema too, where that can be told."""
    if is_missing(project.engine.url):
        return _diagnosis(project, damage(project, None), (), "there is no database file yet")
    try:
        with project.connect() as connection:
            found = damage(project, connection)
            holder = lock_holder(connection, project.recorder.table.key)
            why_not = "not asked for" if not schema else _why_not_compared(found, holder)
            further = [_locked(found, holder)] if holder else []
            if why_not is None:
                compared = _drifted(project, connection, found)
                why_not = compared if isinstance(compared, str) else "compared"
                further += [compared] if isinstance(compared, Finding) else []
    except DatabaseError as error:
        found = Damage((), project.survey, problems=project.survey.problems)
        hint = error.hint or "is the database running, and may this user read it?"
        return _diagnosis(project, found, [Finding("unreachable", error.message, hint)], "the database did not answer")
    return _diagnosis(project, found, further, why_not)


def _diagnosis(project: Project, found: Damage, further: list[Finding] | tuple[()], schema: str) -> Diagnosis:
    unknown = any(finding.kind == "unreachable" for finding in further)
    held = any(finding.kind == "locked" for finding in further)
    findings = [*further, *_of_files(found)]
    if not unknown:
        findings += [*_of_rows(project, found), *([] if held else _half_applied(project, found))]
    order = list(CODES)
    notes = [
        f"the file of {edit.revision} was spelled anew; what it does is the same"
        for edit in found.edits
        if edit.cosmetic
    ]
    if not found.survey.headers and not found.problems:
        notes.append("there are no revision files yet: minimig makemigrations writes the first")
    return Diagnosis(
        project.database_name,
        tuple(sorted(findings, key=lambda finding: order.index(finding.kind))),
        len(found.rows),
        () if unknown else found.pending,
        schema,
        tuple(notes),
    )


# --- files ------------------------------------------------------------------------------------------------------------


def _of_files(found: Damage) -> Iterator[Finding]:
    for problem in found.problems:
        details = (problem.where,) if problem.where else ()
        yield Finding("broken", problem.message, problem.hint or "mend this file", details=details)
    for app, heads in found.survey.graph.conflicts().items():
        hint = f"join them: minimig makemigrations --merge {app}"
        yield Finding("parted", f"{app} has {len(heads)} heads", hint, tuple(heads))


# --- history ----------------------------------------------------------------------------------------------------------


def _of_rows(project: Project, found: Damage) -> Iterator[Finding]:
    apps = dict.fromkeys(revision.partition(".")[0] for revision in found.missing)
    for app in apps:
        yield _ahead(found, app)
    for edit in found.changed:
        yield Finding(
            "edited",
            f"{edit.revision} was edited after it was applied, and does something else now",
            f"put the old text back; or see with minimig repair what differs, then add --accept {edit.revision}",
            (edit.revision,),
            (str(edit.path),),
        )
    for revision, parent in found.orphans:
        yield Finding(
            "out of order",
            f"{revision} is applied, but {parent}, which it depends on, is not",
            "if the dependency is new, take it out of the file; if the database has its changes, minimig stamp it",
            (revision, parent),
        )
    if found.pending:
        yield _behind(project, found)


def _ahead(found: Damage, app: str) -> Finding:
    """Rows without files; where there are files without rows too, the two histories have parted."""
    rows = tuple(revision for revision in found.missing if revision.startswith(f"{app}."))
    files = tuple(revision for revision in found.pending if revision.startswith(f"{app}."))
    hint = (
        "check out the branch that has the files; or step back without them: minimig migrate --from-record --plan shows"
        " how; or forget the rows: minimig migrate --prune"
    )
    if not files:
        return Finding("ahead", f"the database has {', '.join(rows)}, which no file describes", hint, rows)
    common = [revision for revision in found.applied if revision.startswith(f"{app}.")]
    point = f"the last common point is {common[-1]}" if common else "they have nothing in common"
    details = (*(f"only in the database: {row}" for row in rows), *(f"only in the files: {file}" for file in files))
    return Finding("diverged", f"{app}: database and files have parted; {point}", hint, (*rows, *files), details)


def _behind(project: Project, found: Damage) -> Finding:
    many = "1 revision" if len(found.pending) == 1 else f"{len(found.pending)} revisions"
    late = [f"{revision} comes out of order: {other} is applied already" for revision, other in found.late.items()]
    hint = "minimig migrate --plan shows what would run, minimig migrate runs it"
    if not found.rows:
        hint += "; where tables are there already, see minimig migrate --fake-initial --plan"
    refused = late if project.settings.out_of_order == "error" else []
    if refused:
        hint = "give the late revision a place behind the other one, or allow it once with MINIMIG_OUT_OF_ORDER=allow"
    told = [f"to come: {revision}" for revision in found.pending[:LISTED]]
    if len(found.pending) > LISTED:
        told.append(f"and {len(found.pending) - LISTED} more")
    return Finding("behind", f"{many} not applied", hint, found.pending, (*told, *late))


def _half_applied(project: Project, found: Damage) -> Iterator[Finding]:
    for half in found.half_done:
        how = "applied" if half.direction == Direction.FORWARD else "taken back"
        details = [f"{half.done} of {half.noted} noted steps took effect"] if half.noted else []
        if half.started is not None:
            details.append(f"in doubt: {' '.join(half.started.split())[:200]}")
        way = "mend the files first" if found.problems else way_on(project, half)
        yield Finding(
            "half-applied",
            f"{half.revision} is half {how}: an earlier run was interrupted in it",
            f"{way} finishes it; or undo it by hand, then minimig repair --forget {half.revision}",
            (half.revision,),
            tuple(details),
        )


def _locked(found: Damage, holder: str) -> Finding:
    """A run that is at work; what looks half-applied is what it is doing."""
    doing = tuple(f"at work in {half.revision}" for half in found.half_done)
    hint = "wait for it; if it hangs, end that process or connection, which frees the lock"
    return Finding("locked", f"a run holds the lock: {holder}", hint, details=doing)


# --- live schema ------------------------------------------------------------------------------------------------------


def _why_not_compared(found: Damage, holder: str | None) -> str | None:
    reasons = {
        "a run is at work": holder is not None,
        "some files are broken": bool(found.problems),
        "a migration is half-applied": bool(found.half_done),
        "what rows without a file did to it is not known": bool(found.missing),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _drifted(project: Project, connection: sa.Connection, found: Damage) -> Finding | str | None:
    """What differs; a text when it cannot be told."""
    try:
        changes = drift(project, connection, found.applied)
    except DatabaseError:
        raise
    except MinimigError as error:
        return f"the applied files do not fit together: {error.message}"
    if not changes:
        return None
    many = "1 difference" if len(changes) == 1 else f"{len(changes)} differences"
    return Finding(
        "drifted",
        f"the live schema is not what the applied revisions lead to: {many}",
        "the list is what would mend the database: undo what was done by hand, or write it into a revision;"
        " minimig diff current database shows it as it came about",
        details=tuple(line.removeprefix("  ") for line in plain_lines(changes)),
    )
