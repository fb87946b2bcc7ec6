"""`--tenants` of the commands that have it: one history on every tenant."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from minimig.cli.bar import Progress, bar_text
from minimig.cli.context import NEXT, Session, reader_is_gone, say
from minimig.cli.open_line import OpenLine
from minimig.cli.printing import plural, print_json
from minimig.cli.tenant_options import TenantChoice
from minimig.commands.applying import MigrateOptions
from minimig.commands.project import Project
from minimig.commands.tenant_list import Tenant, project_of_tenants, tenants_of
from minimig.commands.tenant_record import NAME, TenantRecord, short
from minimig.commands.tenant_work import (
    AGREES,
    DIFFERENT,
    FAILED,
    MIGRATED,
    NOT_REACHED,
    NOTHING,
    PENDING,
    STAMPED,
    Task,
    TenantOptions,
)
from minimig.commands.tenants import TenantDone, TenantsResult, check_target, migrate_tenants
from minimig.errors import FileError, UsageError

SHOWN = 20
"""How many failures are told one by one."""


def migrate_all(session: Session, choice: TenantChoice, options: TenantOptions, *, as_json: bool, check: bool) -> int:
    """Run, tell how it went, and give the exit code; a dry run counts what is pending only when it is to `check`."""
    project, every, tenants, record = _wanted(session, choice)
    check_target(project, options)
    command = str(click.get_current_context().info_name)
    dry = options.migrate.dry or options.task is Task.CHECK
    if not dry:
        _recorded(record, every, tenants)
    progress = _Progress(session, record if not dry else None)
    try:
        result = migrate_tenants(
            project,
            tenants,
            workers=choice.workers,
            canaries=choice.canaries,
            stop_after=choice.stop_after,
            options=options,
            on_event=progress.listen,
        )
    finally:
        progress.end()
    if not dry:
        _recorded(record, every, ())
    if as_json:
        print_json(command, result.to_dict())
    elif session.verbosity or dry:
        _print(result)
    for each in result.results if session.verbosity else ():
        if each.unknown:
            names = ", ".join(each.unknown)
            say(f"tenant {each.tenant} has {names}, but there is no such revision file", "warning: ")
    _tell_failures(result, None if dry else command)
    return result.exit_code if check or result.exit_code != 4 else 0


def stamp_all(
    session: Session,
    choice: TenantChoice,
    words: Sequence[str],
    lock_timeout: float | None,
    *,
    purge: bool,
    as_json: bool,
) -> int:
    """Mark tenants as standing at revisions."""
    waits = MigrateOptions(lock_timeout=lock_timeout)
    options = TenantOptions(migrate=waits, task=Task.STAMP, words=tuple(words), purge=purge)
    return migrate_all(session, choice, options, as_json=as_json, check=False)


def check_all(session: Session, choice: TenantChoice, *, as_json: bool) -> int:
    """Compare the revision files with each tenant's database."""
    return migrate_all(session, choice, TenantOptions(task=Task.CHECK), as_json=as_json, check=True)


def show_all(session: Session, choice: TenantChoice, *, as_json: bool) -> int:
    """How many tenants stand where."""
    project, _, tenants, _ = _wanted(session, choice)
    progress = _Progress(session, None)
    options = TenantOptions(migrate=MigrateOptions(dry=True))
    try:
        result = migrate_tenants(project, tenants, workers=choice.workers, options=options, on_event=progress.listen)
    finally:
        progress.end()
    if as_json:
        print_json("showmigrations", result.to_dict())
    else:
        for place, count in sorted(result.places.items(), key=lambda pair: (-pair[1], pair[0])):
            missing = any(each.at == place and each.status == PENDING for each in result.results)
            names = [each.tenant for each in result.results if each.at == place and each.status != FAILED]
            listed = f"  ({_some(names)})" if missing or session.verbosity > 1 else ""
            click.echo(f"{count:6} at {', '.join(place) or '<base>'}{'' if missing else ', the newest'}{listed}")
        if not result.results:
            click.echo("There are no tenants.")
    _tell_failures(result, None)
    return 1 if result.with_status(FAILED) else 0


def _wanted(session: Session, choice: TenantChoice) -> tuple[Project, Sequence[Tenant], Sequence[Tenant], TenantRecord]:
    """The tenants' project, all tenants, those to run on, and what the last run left behind."""
    settings = session.settings()
    of_tenants = settings.of_tenants()
    if session.database is not None and session.database != of_tenants.database:
        raise UsageError(
            f"the tenants belong to the database {of_tenants.database}, not to {session.database}",
            hint="leave out --database",
        )
    project = project_of_tenants(settings)
    every = tenants_of(project)
    tenants = tenants_of(project, choice.names) if choice.names else every
    record = _record(settings.root, needed=choice.retry_failed)
    return project, every, record.left(tenants) if choice.retry_failed else tenants, record


def _record(root: Path, *, needed: bool) -> TenantRecord:
    """What the last run left behind. Where nobody asks for it, a file that cannot be read is begun anew."""
    try:
        return TenantRecord.beside(root)
    except FileError:
        if needed:
            raise
        return TenantRecord(root / NAME)


def _recorded(record: TenantRecord, every: Sequence[Tenant], now: Sequence[Tenant]) -> None:
    """Keep the record; a folder that cannot be written to must not keep the tenants from their migrations."""
    try:
        record.begin(every, now)
    except FileError as error:
        say(f"{error.message}; --retry-failed will not know of it", "warning: ")


def _print(result: TenantsResult) -> None:
    words = {MIGRATED: "migrated", NOTHING: "had nothing to do", PENDING: "would change"}
    words |= {STAMPED: "stamped", AGREES: "agree", DIFFERENT: "differ"}
    words |= {FAILED: "failed", NOT_REACHED: "were not reached"}
    counts = result.counts
    told = [f"{counts[status]} {word}" for status, word in words.items() if counts.get(status)]
    click.echo(f"{plural(len(result.results), 'tenant')}: {', '.join(told) or 'nothing to do'}.")
    open_ones = result.with_status(PENDING, DIFFERENT)
    for steps, drift in dict.fromkeys((each.steps, each.drift) for each in open_ones):
        names = [each.tenant for each in open_ones if (each.steps, each.drift) == (steps, drift)]
        click.echo(f"  {_some(names)}:")
        for step in steps:
            click.echo(f"    {click.style(step, bold=True)}")
        for line in drift:
            click.echo(f"    differs from its revisions; what would mend it: {line}")
    if result.dry:
        click.echo("Nothing was changed.")


def _tell_failures(result: TenantsResult, command: str | None) -> None:
    """Those that failed, one by one, and how the command runs on them again, if that is what to do."""
    found = result.with_status(FAILED)
    for each in found[:SHOWN]:
        click.echo(f"{click.style('failed:', fg='red', bold=True)} {each.tenant}: {short(each)}", err=True)
        if each.hint and len(found) == 1:
            say(each.hint, NEXT)
    if len(found) > SHOWN:
        click.echo(f"and {len(found) - SHOWN} more; --json tells all", err=True)
    if command is not None and (found or result.with_status(NOT_REACHED)):
        words = "" if command == "migrate" else " with the same arguments and"
        click.echo(f"Run again what is left: minimig {command}{words} --retry-failed", err=True)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


class _Progress:
    """How far a run is, on stderr: a bar on a terminal that can be written over, else a line for each tenth."""

    def __init__(self, session: Session, record: TenantRecord | None) -> None:
        self._quiet = session.verbosity == 0
        self._every = session.verbosity > 1
        self._record = record
        self._began = time.monotonic()
        self._said = 0
        self._line = OpenLine(sys.stderr)

    def listen(self, event: TenantDone) -> None:
        if self._record is not None:
            try:
                self._record.note(event.result)
            except FileError as error:
                self._record = None
                self._line.clear()
                say(f"{error.message}; --retry-failed will not know of it", "warning: ")
        if self._quiet:
            return
        try:
            self._say(event)
        except OSError:  # a run must not stop because nobody watches
            self._quiet = True
            reader_is_gone()

    def _say(self, event: TenantDone) -> None:
        result = event.result
        if self._every:
            took = f"  {result.seconds:6.2f}s"
            click.echo(f"  {click.style(result.tenant, bold=True)} {result.status}{took}", err=True)
            return
        things = f"tenants, {event.failed} failed" if event.failed else "tenants"
        progress = Progress.since(event.number, event.total, things, time.monotonic() - self._began)
        tenth = event.number * 10 // event.total
        if self._line.works:
            self._line.show(lambda room: bar_text(progress, room, sys.stderr))
        elif tenth != self._said and event.total >= 10:
            self._said = tenth
            click.echo(f"{progress.count}, {progress.rest}", err=True)

    def end(self) -> None:
        """The line goes; what is said next begins at the left."""
        with suppress(OSError):
            self._line.clear()
