"""`minimig migrate`."""

from __future__ import annotations

import click

from minimig.cli.context import Session, pass_session, reader_is_gone
from minimig.cli.printing import StepPrinter, operation_lines, plural, seconds
from minimig.commands.applying import MigrateOptions, MigrateResult, migrate_project
from minimig.commands.project import Project
from minimig.environment import load_environment
from minimig.errors import MigrationFailedError, UsageError
from minimig.runtime.events import Event, StepStarted
from minimig.runtime.plan import Direction


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("app", required=False)
@click.argument("target", required=False)
@click.option("--plan", is_flag=True, help="Show migrations and operations; change nothing.")
@click.option("--fake", is_flag=True, help="Record as applied (or taken back) without running anything.")
@click.option("--check", is_flag=True, help="Change nothing; exit 4 when there is something to do.")
@click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait while another run is at work.",
)
@pass_session
def migrate(
    session: Session, app: str | None, target: str | None, plan: bool, fake: bool, check: bool, lock_timeout: float
) -> int:
    """Bring the database to a revision, forward or backward; without arguments, to the newest of every app.

    \b
    TARGET is a name or the start of one (0003), zero, head, -1 or +1:
      minimig migrate
      minimig migrate blog 0003
      minimig migrate blog -1
      minimig migrate blog zero
      minimig migrate --plan
    """
    for word in (app, target):
        if word is not None and word.startswith("-") and not word[1:].isdigit():
            raise UsageError(f"there is no option {word}", hint="run minimig migrate --help")
    project = Project(load_environment(session.settings()))
    options = MigrateOptions(dry=plan or check, fake=fake, lock_timeout=lock_timeout)
    printer = _Printer(session, fake=fake)
    try:
        result = migrate_project(project, app, target, options, printer.listen)
    except MigrationFailedError:
        printer.failed()
        raise
    if plan or (session.verbosity and not check):
        if not project.graph.headers:
            click.echo("Nothing to do: there are no revision files yet. Run: minimig makemigrations")
        else:
            _print(result)
    return 4 if check and result.steps else 0


class _Printer:
    """Prints each step as it happens."""

    def __init__(self, session: Session, *, fake: bool) -> None:
        self._quiet = session.verbosity == 0
        self._word = "faked" if fake else "ok"
        self._lines = StepPrinter(())
        self._open = False

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
                self._lines = StepPrinter(event.revisions)
            verb = "Applying" if event.step.direction is Direction.FORWARD else "Taking back"
            self._lines.start(verb, event.step.revision)
            self._open = True
        else:
            self._lines.done(self._word, event.seconds)
            self._open = False

    def failed(self) -> None:
        if self._open:
            self._lines.failed()


def _print(result: MigrateResult) -> None:
    if not result.steps:
        click.echo("Nothing to do: the database is up to date.")
    elif result.dry:
        click.echo(f"Plan for {result.database}")
        for planned in result.steps:
            undo = "" if planned.step.direction is Direction.FORWARD else "  (take back)"
            click.echo(f"  {click.style(planned.step.revision, bold=True)}{undo}")
            for line in operation_lines(planned.operations):
                click.echo(line)
            if not planned.operations:
                click.echo("    (no operations)")
        count = sum(len(planned.operations) for planned in result.steps)
        click.echo(f"{plural(len(result.steps), 'migration')}, {plural(count, 'operation')}. Nothing was changed.")
    else:
        click.echo(f"{plural(len(result.steps), 'migration')} in {seconds(result.seconds)}.")
