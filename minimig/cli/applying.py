"""`minimig migrate`, `upgrade`, `downgrade`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import click

from minimig.cli.context import Session, deferred, pass_session, reader_is_gone, refuse_options
from minimig.cli.printing import StepPrinter, json_option, operation_lines, plural, print_json, seconds
from minimig.cli.scripting import ScriptWords, run_as_script, script_options
from minimig.cli.waiting import Meanwhile, care_options
from minimig.commands.applying import MigrateOptions, MigrateResult, Place, migrate_project
from minimig.commands.project import Project
from minimig.commands.stamping import prune as prune_rows
from minimig.environment import load_environment
from minimig.errors import MigrationFailedError, UsageError
from minimig.runtime.events import CheckSkipped, Event, Progressed, Retrying, StepStarted
from minimig.runtime.plan import Direction

LOCK = click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait while another run is at work.",
)
PLAN = click.option("--plan", is_flag=True, help="Show migrations and operations; change nothing.")
FROM_RECORD = click.option(
    "--from-record", is_flag=True, help="First take back what has no file any more, by what the version table recorded."
)
ASSUME = click.option(
    "--assume",
    type=click.Choice(["done", "again"]),
    help="What became of the statement that an interrupted run leaves in doubt.",
)
STEPS = {"ignore_unknown_options": True}
"""Settings of commands that take `-1` as a target."""


@click.command(context_settings=STEPS)
@click.argument("app", required=False)
@click.argument("target", required=False)
@PLAN
@click.option("--fake", is_flag=True, help="Record as applied (or taken back) without running anything.")
@click.option("--fake-initial", is_flag=True, help="Only record first migrations whose tables are there already.")
@FROM_RECORD
@click.option("--check", is_flag=True, help="Change nothing; exit 4 when there is something to do.")
@click.option("--prune", is_flag=True, help="Only forget rows of revisions whose file is gone.")
@LOCK
@ASSUME
@care_options
@json_option
@script_options()
@pass_session
def migrate(
    session: Session,
    app: str | None,
    target: str | None,
    plan: bool,
    fake: bool,
    fake_initial: bool,
    from_record: bool,
    check: bool,
    prune: bool,
    lock_timeout: float,
    assume: str | None,
    care: dict[str, Any],
    as_json: bool,
    script: ScriptWords,
) -> int:
    """Bring the database to a revision, forward or backward; without arguments, to the newest of every app.

    \b
    TARGET is a name or the start of one (0003), zero, head, -1 or +1, a label, or label@head:
      minimig migrate
      minimig migrate blog 0003
      minimig migrate blog -1
      minimig migrate blog zero
      minimig migrate --plan
      minimig migrate --sql --from blog.0003 --dialect postgresql
    """
    script.check(
        *(app, target), plan=plan, fake_initial=fake_initial, from_record=from_record, check=check, prune=prune
    )
    if script.wanted:
        return run_as_script(session, script, app, target, fake=fake, as_json=as_json)
    if prune:
        if plan or check or fake or fake_initial or from_record:
            raise UsageError("--prune forgets rows at once, and goes with no other way to run; nothing was forgotten")
        return _prune(session, app, target, lock_timeout, as_json)
    if fake and fake_initial:
        raise UsageError("--fake records everything, first migrations too", hint="leave out one of the two options")
    initials = deferred("minimig.commands.initials").initials_faked if fake_initial else None
    options = MigrateOptions(plan or check, fake, initials, from_record, lock_timeout, **_ways(script, assume), **care)
    result = _run(session, app, target, options, show=plan or not check, as_json=as_json)
    return 4 if check and result.steps else 0


@click.command(context_settings=STEPS)
@click.argument("target", required=False)
@PLAN
@LOCK
@ASSUME
@care_options
@json_option
@script_options()
@pass_session
def upgrade(
    session: Session,
    target: str | None,
    plan: bool,
    lock_timeout: float,
    assume: str | None,
    care: dict[str, Any],
    as_json: bool,
    script: ScriptWords,
) -> int:
    """Apply revisions up to a target, by default all; a target that lies behind is refused.

    \b
    Examples:
      minimig upgrade
      minimig upgrade blog.0003
      minimig upgrade +1              (where there is one app)
      minimig upgrade feature@head    (one branch)
      minimig upgrade blog.0003:blog.0005 --sql
    """
    script.check(target, plan=plan)
    if script.wanted:
        return run_as_script(session, script, target, None, direction=Direction.FORWARD, as_json=as_json)
    options = MigrateOptions(
        dry=plan, lock_timeout=lock_timeout, direction=Direction.FORWARD, **_ways(script, assume), **care
    )
    _run(session, None, target, options, show=True, as_json=as_json)
    return 0


@click.command(context_settings=STEPS)
@click.argument("target")
@PLAN
@FROM_RECORD
@LOCK
@ASSUME
@care_options
@json_option
@script_options()
@pass_session
def downgrade(
    session: Session,
    target: str,
    plan: bool,
    from_record: bool,
    lock_timeout: float,
    assume: str | None,
    care: dict[str, Any],
    as_json: bool,
    script: ScriptWords,
) -> int:
    """Take revisions back down to a target, which itself stays applied; one that lies ahead is refused.

    \b
    Examples:
      minimig downgrade blog.0003
      minimig downgrade -1            (where there is one app)
      minimig downgrade base
      minimig downgrade feature@base  (one branch)
      minimig downgrade blog.0005:blog.0003 --sql
    """
    script.check(target, plan=plan, from_record=from_record)
    if script.wanted:
        return run_as_script(session, script, target, None, direction=Direction.BACKWARD, as_json=as_json)
    options = MigrateOptions(
        dry=plan,
        from_record=from_record,
        lock_timeout=lock_timeout,
        direction=Direction.BACKWARD,
        **_ways(script, assume),
        **care,
    )
    _run(session, None, target, options, show=True, as_json=as_json)
    return 0


def _ways(script: ScriptWords, assume: str | None) -> dict[str, Any]:
    return {"whole": script.one_transaction, "assume": None if assume is None else assume == "done"}


def _run(
    session: Session, app: str | None, target: str | None, options: MigrateOptions, *, show: bool, as_json: bool
) -> MigrateResult:
    command = str(click.get_current_context().info_name)
    refuse_options(app, target)
    project = Project(load_environment(session.settings()))
    printer = _Printer(session, project, silent=as_json)
    try:
        result = migrate_project(project, app, target, options, printer.listen, _warn_of_late)
    except MigrationFailedError:
        printer.failed()
        raise
    taken = {planned.step.revision for planned in result.steps}
    for revision in (name for name in result.unknown if name not in taken):
        click.echo(f"warning: the database has {revision}, but there is no such revision file", err=True)
    if as_json:
        print_json(command, result.to_dict())
    elif show and (session.verbosity or options.dry):
        if not project.graph.headers:
            click.echo("Nothing to do: there are no revision files yet. Run: minimig makemigrations")
        else:
            _print(result)
            if not result.steps and session.verbosity > 1:
                _say_whether_models_changed(project)
    return result


def _warn_of_late(late: Mapping[str, str]) -> None:
    with suppress(OSError):  # a run must not stop because nobody reads
        for revision, other in late.items():
            click.echo(f"warning: {revision} comes out of order: {other} is applied already", err=True)


def _say_whether_models_changed(project: Project) -> None:
    """All files and models are read for this, so it is said only to who wants to know more."""
    if deferred("minimig.commands.checking").models_differ(project):
        click.echo("The models differ from the revision files. Run: minimig makemigrations")


def _prune(session: Session, app: str | None, target: str | None, lock_timeout: float, as_json: bool) -> int:
    if target is not None:
        raise UsageError("--prune takes an app at most", hint="minimig migrate blog --prune")
    project = Project(load_environment(session.settings()))
    project.check_apps(app)
    result = prune_rows(project, app, lock_timeout)
    if as_json:
        print_json("migrate", result.to_dict())
    elif session.verbosity:
        for revision in result.forgotten:
            click.echo(f"  Forgot {click.style(revision, bold=True)}")
        for revision, squash in result.kept.items():
            click.echo(f"  Kept {revision}: {squash} names it in `replaces`; take that out first")
        if not (result.forgotten or result.kept):
            click.echo("Nothing to forget: each row has its file.")
    return 0


class _Printer:
    """Prints each step as it happens."""

    def __init__(self, session: Session, project: Project, *, silent: bool) -> None:
        self._quiet = session.verbosity == 0 or silent
        self._project = project
        self._lines = StepPrinter(())
        self._open = False
        self._meanwhile = Meanwhile()

    def listen(self, event: Event) -> None:
        if self._quiet:
            return
        try:
            self._say(event)
        except OSError:  # a run must not stop because nobody watches, or because the disk with its log is full
            self._quiet = True
            reader_is_gone()

    def _say(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            if event.number == 1:
                if len(event.revisions) > 1:
                    many = plural(len(event.revisions), "migration")
                    click.echo(f"Running {many} on {self._project.database_name}", err=True)
                self._lines = StepPrinter(event.revisions)
            verb = "Applying" if event.step.direction is Direction.FORWARD else "Taking back"
            self._lines.start(verb, event.step.revision)
            self._open = True
        elif isinstance(event, Progressed | Retrying | CheckSkipped):
            self._meanwhile.say(event, self._lines)
        else:
            self._lines.done("faked" if event.step.faked else "ok", event.seconds)
            self._open = False

    def failed(self) -> None:
        if self._open:
            self._lines.failed()


def _print(result: MigrateResult) -> None:
    for squash in result.recorded:
        click.echo(f"  Recorded {click.style(squash, bold=True)}: all that it replaces is applied")
    if not result.steps and result.recorded:
        return
    if not result.steps:
        click.echo(f"Nothing to do: {_where(result.place)}.")
    elif result.dry:
        click.echo(f"Plan for {result.database}")
        for planned in result.steps:
            recorded = ", as recorded" if planned.step.revision in result.unknown else ""
            undo = "" if planned.step.direction is Direction.FORWARD else f"  (take back{recorded})"
            faked = "  (faked: recorded, not run)" if planned.step.faked else ""
            late = "  (out of order)" if planned.step.revision in result.late else ""
            click.echo(f"  {click.style(planned.step.revision, bold=True)}{undo}{faked}{late}")
            for line in operation_lines(planned.operations):
                click.echo(line)
            if planned.irreversible is not None:
                click.echo(f"    {click.style('!', fg='red')} {planned.irreversible}")
            if not planned.operations:
                click.echo("    (no operations)")
        count = sum(len(planned.operations) for planned in result.steps)
        click.echo(f"{plural(len(result.steps), 'migration')}, {plural(count, 'operation')}. Nothing was changed.")
    else:
        click.echo(f"{plural(len(result.steps), 'migration')} in {seconds(result.seconds)}.")


def _where(place: Place | None) -> str:
    """Why there is nothing to do, and what there would be with another target."""
    if place is None:
        return "the database is up to date"
    if not place.pending:
        return f"{place.app} is up to date"
    there = f"at {place.revision}" if place.revision else f"without any revision of {place.app}"
    return f"the database is {there} already; {plural(len(place.pending), 'later revision')} pending"
