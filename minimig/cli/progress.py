"""What is said while migrations run, and of what they did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import click

from minimig.cli.context import Session, reader_is_gone
from minimig.cli.printing import StepPrinter, operation_lines, plural, seconds
from minimig.cli.waiting import Meanwhile
from minimig.commands.applying import MigrateResult
from minimig.commands.planning import Place
from minimig.commands.project import Project
from minimig.runtime.events import (
    CheckSkipped,
    Crowded,
    Event,
    Listener,
    NetEffectDone,
    NetEffectRefused,
    NetEffectStarted,
    Progressed,
    Retrying,
    StepStarted,
)
from minimig.runtime.plan import Direction
from minimig.stages import Tell, untold


class RunPrinter:
    """Prints each step as it happens."""

    def __init__(self, session: Session, project: Project, *, silent: bool) -> None:
        self._quiet = session.verbosity == 0 or silent
        self._project = project
        self._lines = StepPrinter(())
        self._open = False
        self._whole = False
        self._first: Callable[[], None] = lambda: None
        self._meanwhile = Meanwhile()

    def heard_by(self, tell: Tell) -> Listener:
        """A listener that lets somebody else hear each event before it is printed."""
        if tell is untold:
            return self.listen
        self._whole = True  # what is told in between would stand in the middle of a line

        def listen(event: Event) -> None:
            tell(event)
            self.listen(event)

        return listen

    def listen(self, event: Event) -> None:
        if self._quiet:
            return
        try:
            self._say(event)
        except OSError:  # a run must not stop because nobody watches, or because the disk with its log is full
            self._quiet = True
            reader_is_gone()

    def _say(self, event: Event) -> None:
        if isinstance(event, NetEffectStarted):
            self._begin(event.revisions)
            self._start("Making at once", at_once(event.count))
        elif isinstance(event, NetEffectRefused):
            self._finish()
            self._lines.failed()
            click.echo(f"  They run one by one, since the database says: {event.reason}", err=True)
            self._open = False
        elif isinstance(event, NetEffectDone):
            self._finish()
            self._lines.done("ok", event.seconds)
            self._open = False
        elif isinstance(event, StepStarted):
            if event.number == 1:
                self._begin(event.revisions)
            verb = "Applying" if event.step.direction is Direction.FORWARD else "Taking back"
            self._start(verb, event.step.revision)
        elif isinstance(event, Progressed | Retrying | CheckSkipped | Crowded):
            self._meanwhile.say(event, self._lines)
        else:
            self._finish()
            self._lines.done("faked" if event.step.faked else "ok", event.seconds)
            self._open = False

    def _begin(self, revisions: Sequence[str]) -> None:
        """The heading of a run; said anew where the net effect was refused."""
        if len(revisions) > 1:
            click.echo(f"Running {plural(len(revisions), 'migration')} on {self._project.database_name}", err=True)
        self._lines = StepPrinter(revisions)

    def _start(self, verb: str, what: str) -> None:
        """Begin the line of a step, unless it is kept back."""
        self._first = partial(self._lines.start, verb, what)
        self._open = True
        if not self._whole:
            self._first()

    def failed(self) -> None:
        if self._open:
            self._finish()
            self._lines.failed()

    def _finish(self) -> None:
        """Begin the line that is about to end, where it was kept back."""
        if self._whole:
            self._first()


def at_once(count: int) -> str:
    """What the net effect of the first migrations is called."""
    return f"what the first {plural(count, 'migration')} lead to"


def print_result(result: MigrateResult) -> None:
    """Say what a run did, or would do."""
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
        if result.at_once:
            click.echo(f"On this fresh database the first {result.at_once} are made at once: only what they lead to.")
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
