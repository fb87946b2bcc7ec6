"""`minimig repair`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from minimig.cli.applying import LOCK
from minimig.cli.context import Session, pass_session, show_error
from minimig.cli.printing import json_option, plural, print_json
from minimig.commands.interrupted import HalfDone, forget_half_done
from minimig.commands.project import Project
from minimig.commands.repairing import EditedFile, RepairList, accept, list_repairs
from minimig.errors import QuestionError, UsageError
from minimig.runtime.plan import Direction


@click.command()
@click.argument("revisions", nargs=-1, metavar="[REVISION]...")
@click.option("--accept", "accepting", is_flag=True, help="Let an edited file count as what was applied.")
@click.option("--forget", "forgetting", is_flag=True, help="A half-done migration was undone by hand: it begins anew.")
@click.option("--yes", is_flag=True, help="Accept without asking.")
@LOCK
@json_option
@pass_session
def repair(
    session: Session,
    revisions: tuple[str, ...],
    accepting: bool,
    forgetting: bool,
    yes: bool,
    lock_timeout: float | None,
    as_json: bool,
) -> int:
    """List what is wrong between database and revision files; exit 7 when there is something.

    --accept and --forget change what the database remembers, and nothing else in it.

    \b
    Examples:
      minimig repair
      minimig repair --accept blog.0003      (shows what differs, and asks)
      minimig repair --forget blog.0004
    """
    if accepting and forgetting:
        raise UsageError("--accept and --forget exclude each other")
    if bool(revisions) != (accepting or forgetting):
        hint = "minimig repair --accept blog.0003, or minimig repair alone, which lists what is wrong"
        raise UsageError("--accept and --forget need revisions, and revisions need one of the two", hint=hint)
    project: Project = session.project()
    if accepting:
        return _accept(session, project, revisions, lock_timeout, yes=yes, as_json=as_json)
    if forgetting:
        return _forget(session, project, revisions, lock_timeout, as_json=as_json)
    found = list_repairs(project)
    if as_json:
        print_json("repair", found.to_dict())
    else:
        _print(session, found)
    return 0 if found.clean else 7


def _accept(
    session: Session, project: Project, words: Sequence[str], lock_timeout: float | None, *, yes: bool, as_json: bool
) -> int:
    def agree(found: Sequence[EditedFile]) -> bool:
        for edit in found:
            for line in _edit_lines(session, edit):
                click.echo(line, err=True)
        if yes:
            return True
        if not session.interactive:
            raise QuestionError(
                f"{', '.join(edit.revision for edit in found)}: is the file to count as what was applied?",
                where=project.database_name,
                hint="pass --yes once you have seen the difference; nothing was changed",
            )
        click.confirm("Let the file count as what was applied here?", abort=True, err=True)
        return True

    done = accept(project, words, agree, lock_timeout)
    if as_json:
        print_json("repair", {"database": project.database_name, "accepted": [edit.to_dict() for edit in done]})
    elif session.verbosity:
        for edit in done:
            click.echo(f"  Accepted {click.style(edit.revision, bold=True)}")
        if done:
            click.echo("The database itself is as it was. Whether it is as the files say: minimig check --database")
        else:
            click.echo("Nothing to do: the rows say what the files say.")
    return 0


def _forget(
    session: Session, project: Project, words: Sequence[str], lock_timeout: float | None, *, as_json: bool
) -> int:
    done = [forget_half_done(project, word, lock_timeout) for word in words]
    if as_json:
        print_json("repair", {"database": project.database_name, "forgotten": [half.to_dict() for half in done]})
    elif session.verbosity:
        for half in done:
            click.echo(f"  Forgot what was noted of {click.style(half.revision, bold=True)}: it begins anew")
    return 0


def _print(session: Session, found: RepairList) -> None:
    for line in (*_half_done(found), *_edited(session, found), *_rows(session, found)):
        click.echo(line)
    for problem in found.problems:
        show_error(problem)
    if found.clean and session.verbosity:
        click.echo("Nothing is wrong between the database and the revision files.")


def _half_done(found: RepairList) -> Iterable[str]:
    if found.half_done and found.holder:
        yield f"A run is at work ({found.holder}): what is half-done may be what it is doing. Wait for it first."
    for half in found.half_done:
        yield from half_lines(half)
        way = found.ways.get(half.revision, "minimig migrate")
        yield f"  next: {way} finishes it; or undo it by hand, then minimig repair --forget {half.revision}"


def _edited(session: Session, found: RepairList) -> Iterable[str]:
    for edit in found.edited:
        if not edit.cosmetic or session.verbosity > 1:
            yield from _edit_lines(session, edit)
        if not edit.cosmetic:
            yield f"  next: put the old text back, or minimig repair --accept {edit.revision}"


def _rows(session: Session, found: RepairList) -> Iterable[str]:
    for revision in found.missing:
        yield f"{_bold(revision)} is applied, and its file is gone"
        yield "  next: put the file back, or minimig migrate --from-record, or minimig migrate --prune"
    for revision, parent in found.orphans:
        yield f"{_bold(revision)} is applied, but {parent}, which it depends on, is not"
        yield "  next: take the dependency out of the file; or, if the database has its changes, minimig stamp it"
    if found.refuses_late or session.verbosity > 1:
        for revision, other in found.late.items():
            yield f"{_bold(revision)} is to come, and {other}, which stands behind it, is applied already"


def half_lines(half: HalfDone) -> Iterable[str]:
    """What is known of a half-done migration, for people."""
    how = "applied" if half.direction == Direction.FORWARD else "taken back"
    done = f": {half.done} of {plural(half.noted, 'noted step')} took effect" if half.noted else ""
    yield f"{_bold(half.revision)} is half {how}{done}"
    if half.started is not None:
        yield f"  in doubt: {' '.join(half.started.split())[:200]}"


def _edit_lines(session: Session, edit: EditedFile) -> Iterable[str]:
    yield f"{_bold(edit.revision)} was edited after it was applied: {session.relative(Path(edit.path))}"
    if edit.note is not None:
        yield f"  {edit.note}"
    if edit.difference:
        yield "  - as it was applied, + as the file is now:"
    colours = {"-": "red", "+": "green"}
    yield from (f"    {click.style(line, fg=colours.get(line[:1]))}" for line in edit.difference)


def _bold(text: str) -> str:
    return click.style(text, bold=True)
