"""One run on one database: the project is read, migrations run, and it is told what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

import click

from minimig.cli.context import Session, deferred, refuse_options, say
from minimig.cli.databases import Emit
from minimig.cli.progress import RunPrinter, print_result
from minimig.cli.statements import statements_shown
from minimig.cli.working import WorkBar, work_shown
from minimig.commands.applying import MigrateOptions, MigrateResult, migrate_project
from minimig.commands.project import Project
from minimig.config import Settings
from minimig.errors import MinimigError
from minimig.runtime.events import Event, Listener


def run(
    session: Session,
    settings: Settings,
    app: str | None,
    target: str | None,
    options: MigrateOptions,
    *,
    show: bool,
    emit: Emit | None,
) -> MigrateResult:
    """Run, and print or emit what came of it."""
    refuse_options(app, target)
    with work_shown(session) as bar:
        project: Project = session.project(settings, on_work=bar.listen)
        result = _watched(session, project, bar, partial(migrate_project, project, app, target, options), emit is None)
    taken = {planned.step.revision for planned in result.steps}
    for revision in (name for name in result.unknown if name not in taken):
        say(f"the database has {revision}, but there is no such revision file", "warning: ")
    if emit is not None:
        emit(result.to_dict())
    elif show and (session.verbosity or options.dry):
        if not project.graph.headers:
            click.echo("Nothing to do: there are no revision files yet. Run: minimig makemigrations")
        else:
            print_result(result)
            if not result.steps and session.verbosity > 1:
                _say_whether_models_changed(project)
            if result.steps and session.verbosity > 1:
                _say_what_was_spelled_anew(project)
    return result


def _watched(
    session: Session,
    project: Project,
    bar: WorkBar,
    work: Callable[[Listener, Callable[[Mapping[str, str]], None]], MigrateResult],
    said: bool,
) -> MigrateResult:
    """Run, and say what happens."""
    printer = RunPrinter(session, project, silent=not said)

    heard = printer.heard_by(session.tell)

    def listen(event: Event) -> None:
        bar.clear()
        heard(event)

    def warn(late: Mapping[str, str]) -> None:
        bar.clear()
        _warn_of_late(late)

    try:
        with statements_shown(project.engine, session.verbosity > 2), printer.watching():
            result = work(listen, warn)
    except MinimigError as error:
        printer.failed(error)
        raise
    except BaseException:
        printer.stopped()
        raise
    printer.stopped()
    return result


def _warn_of_late(late: Mapping[str, str]) -> None:
    with suppress(OSError):  # a run must not stop because nobody reads
        for revision, other in late.items():
            say(f"{revision} comes out of order: {other} is applied already", "warning: ")


def _say_whether_models_changed(project: Project) -> None:
    """All files and models are read for this, so it is said only to who wants to know more."""
    if deferred("minimig.commands.checking").models_differ(project):
        click.echo("The models differ from the revision files. Run: minimig makemigrations")


def _say_what_was_spelled_anew(project: Project) -> None:
    for revision in deferred("minimig.commands.edits").cosmetic_edits(project):
        say(f"the file of {revision} was edited after it was applied; what it does is the same")
