"""What is said while migrations run, and of what they did."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from typing import TextIO, cast

import click

from minimig.cli.bar import Progress, bar_text
from minimig.cli.context import Session, reader_is_gone, say
from minimig.cli.open_line import Beside, OpenLine
from minimig.cli.printing import StepPrinter, operation_lines, plural, seconds
from minimig.cli.terminal import can_rewrite
from minimig.cli.waiting import say_meanwhile
from minimig.commands.applying import MigrateResult
from minimig.commands.interrupted import HalfDone
from minimig.commands.planning import Place
from minimig.commands.project import Project
from minimig.errors import InterruptedRunError, MinimigError
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
from minimig.runtime.plan import Direction, Step
from minimig.stages import Tell, untold

MANY = 25
"""From so many migrations on, a terminal shows a bar for the run in place of a line for each; -v has the lines."""

SLOW = 1.0
"""Seconds after which a migration gets its line all the same."""


class RunPrinter:
    """Prints each step as it happens; of a long run on a terminal only how far it is, and the steps that take long."""

    def __init__(self, session: Session, project: Project, *, silent: bool) -> None:
        self._quiet = session.verbosity == 0 or silent
        self._each = session.verbosity > 1
        self._project = project
        self._lines = StepPrinter(())
        self._bar = RunBar(0, 0, sys.stderr)
        self._stderr = sys.stderr
        self._whole = False
        self._first: Callable[[], None] | None = None
        self._open = False

    def heard_by(self, tell: Tell) -> Listener:
        """A listener that lets somebody else hear each event before it is printed."""
        if tell is untold:
            return self.listen
        self._whole = True  # what is told in between would stand in the middle of a line, or behind a bar

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
            self._begin(event.revisions, event.count)
            self._start("Making at once", at_once(event.count), hidden=False)
        elif isinstance(event, NetEffectRefused):
            self._finish(self._lines.failed)
            say(f"They run one by one, since the database says: {event.reason}", "  ")
        elif isinstance(event, NetEffectDone):
            self._finish(partial(self._lines.done, "ok", event.seconds))
        elif isinstance(event, StepStarted):
            if event.number == 1:
                self._begin(event.revisions)
            verb = "Applying" if event.step.direction is Direction.FORWARD else "Taking back"
            self._start(verb, event.step.revision, hidden=self._bar.works)
            self._bar.show(event)
        elif isinstance(event, Progressed | Retrying | CheckSkipped | Crowded):
            self._reveal(early=True)
            say_meanwhile(event, self._lines)
        elif self._bar.works and not self._open and event.seconds < SLOW:
            self._first = None
        else:
            self._finish(partial(self._lines.done, "faked" if event.step.faked else "ok", event.seconds))

    def _begin(self, revisions: Sequence[str], at_once: int = 0) -> None:
        """The heading of a run; said anew where the net effect was refused."""
        if len(revisions) > 1:
            say(f"Running {plural(len(revisions), 'migration')} on {self._project.database_name}", "")
        self._lines = StepPrinter(revisions[at_once:])
        many = len(revisions) - at_once >= MANY and not (self._each or self._whole)
        self._bar = RunBar(len(revisions) if many else 0, at_once, self._stderr)

    def _start(self, verb: str, what: str, *, hidden: bool) -> None:
        """Something begins that has a line: now, unless there is a bar in its place, or the line comes as a whole."""
        self._first, self._open = partial(self._lines.start, verb, what), False
        if not hidden:
            self._reveal(early=True)

    def _reveal(self, *, early: bool = False) -> None:
        """Begin the line of what is running, if it has none yet; `early` is before its end."""
        self._bar.clear()
        if self._first is not None and not (early and self._whole):
            self._first()
            self._first, self._open = None, True

    def _finish(self, end: Callable[[], None]) -> None:
        self._reveal()
        end()
        self._open = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Around a run: what data steps and hooks of the project print begins at the left, not behind the bar."""
        if self._quiet or not (can_rewrite(sys.stdout) and can_rewrite(sys.stderr)):
            yield
            return
        out, err = (cast("TextIO", Beside(stream, self._make_room)) for stream in (sys.stdout, sys.stderr))
        with redirect_stdout(out), redirect_stderr(err):
            yield

    def _make_room(self) -> None:
        self._bar.clear()

    def failed(self, error: MinimigError) -> None:
        """The run ends with an error: of the step at fault that is said, and the error follows."""
        self.stopped()
        if self._open:
            self._lines.failed("interrupted" if isinstance(error, InterruptedRunError) else "FAILED")

    def stopped(self) -> None:
        """The run ends in the middle, or at its end: the bar goes, and what was being done stays to be seen."""
        with suppress(OSError):  # nobody watches any more
            self._bar.clear()
            if not self._quiet:
                self._reveal()


class RunBar:
    """How many migrations of a run are done, on stderr; `earlier` of them were done at once before it began."""

    def __init__(self, total: int, earlier: int, stream: TextIO) -> None:
        self._total = total
        self._earlier = earlier
        self._stream = stream
        self._line = OpenLine(stream)
        self._began = time.monotonic()
        # Not where stdout is a pipe: what reads it (tee) may well print on this terminal, behind the bar.
        self.works = total > 0 and self._line.works and can_rewrite(sys.stdout)

    def show(self, event: StepStarted) -> None:
        """Those before this one are done."""
        if self.works:
            done, took = event.number - 1, time.monotonic() - self._began
            fresh = done - self._earlier
            progress = Progress(done, self._total, "migrations", fresh / took if took > 0 and fresh > 0 else None)
            about = event.step.revision
            self._line.show(lambda room: "  " + bar_text(progress, room - 2, self._stream, about))

    def clear(self) -> None:
        """Take it away."""
        self._line.clear()


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
        _say_plan(result)
    else:
        click.echo(f"{plural(len(result.steps), 'migration')} in {seconds(result.seconds)}.")


def _say_plan(result: MigrateResult) -> None:
    click.echo(f"Plan for {result.database}")
    for planned in result.steps:
        recorded = ", as recorded" if planned.step.revision in result.unknown else ""
        undo = "" if planned.step.direction is Direction.FORWARD else f"  (take back{recorded})"
        faked = "  (faked: recorded, not run)" if planned.step.faked else ""
        late = "  (out of order)" if planned.step.revision in result.late else ""
        done = "applied" if planned.step.direction is Direction.FORWARD else "taken back"
        going_on = f"  (half {done} already: it goes on there)" if _is_begun(planned.step, result.half_done) else ""
        click.echo(f"  {click.style(planned.step.revision, bold=True)}{undo}{faked}{late}{going_on}")
        for line in operation_lines(planned.operations):
            click.echo(line)
        if planned.irreversible is not None:
            click.echo(f"    {click.style('!', fg='red')} {planned.irreversible}")
        if not planned.operations:
            click.echo("    (no operations)")
    if result.at_once:
        click.echo(f"On this fresh database the first {result.at_once} are made at once: only what they lead to.")
    for half in result.half_done:
        if not any(_is_begun(planned.step, (half,)) for planned in result.steps):
            done = "applied" if half.direction == Direction.FORWARD else "taken back"
            click.echo(f"But {half.revision} is half {done}, and comes first: minimig diagnose tells what to do.")
    count = sum(len(planned.operations) for planned in result.steps)
    click.echo(f"{plural(len(result.steps), 'migration')}, {plural(count, 'operation')}. Nothing was changed.")


def _is_begun(step: Step, halves: Iterable[HalfDone]) -> bool:
    return any((half.revision, half.direction) == (step.revision, step.direction) for half in halves)


def _where(place: Place | None) -> str:
    """Why there is nothing to do, and what there would be with another target."""
    if place is None:
        return "the database is up to date"
    if not place.pending:
        return f"{place.app} is up to date"
    there = f"at {place.revision}" if place.revision else f"without any revision of {place.app}"
    return f"the database is {there} already; {plural(len(place.pending), 'later revision')} pending"
