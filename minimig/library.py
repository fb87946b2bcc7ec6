"""The command line as functions: a project is opened, and each command takes it and gives its answer as data.

In: the project that `open_project` gave. Out: frozen dataclasses, each with `to_dict()`. Nothing is printed, asked or
read from a terminal; working directory, logging and sys.path of the process stay as they are. A project may be used
from several threads; each call reads the files anew. With a connection of the caller nothing is committed that began
before the call. In an event loop: `await minimig.run_async(minimig.check, project)`.

Where the name of a command is taken by a function of `minimig.api`, which needs no project, it is `compare` for `diff`
and `take_snapshot` for `snapshot`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from minimig.autogenerate.questioner import Answers, Questioner
from minimig.commands import (
    authoring,
    initialize,
    inspecting,
    interrupted,
    merging,
    optimizing,
    proving,
    rebasing,
    repairing,
    squashing,
    stamping,
    tagging,
    updating,
)
from minimig.commands.applying import MigrateOptions, MigrateResult, migrate_project
from minimig.commands.placing import PlaceOptions
from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import engine_for, load_environment
from minimig.errors import TargetError, UsageError
from minimig.migrating import Asynchronous, Database, connection_of
from minimig.revisions.identifiers import resolve
from minimig.revisions.migration import NewMigration
from minimig.runtime.events import Listener, silence
from minimig.runtime.plan import Direction

Revise = Callable[[NewMigration], NewMigration | None]


def open_project(
    where: str | Path = ".",
    *,
    database: Database | None = None,
    name: str | None = None,
    environ: Mapping[str, str] | None = None,
    x: Mapping[str, str] | None = None,
) -> Project:
    """The project that is configured in a folder or above it, or by a configuration file.

    `database` is used in place of the configured one: a URL, an engine, or a connection that the caller holds; the path
    of a SQLite file is taken from the project's folder. `name` is the one that the project is about where several are
    configured; without it, functions that connect raise UsageError, and those that read files see all apps.
    `environ` stands for the variables of the process, `x` for the command line's `-x`. Plugins and the `env` file run
    now; models and revision files are read when they are needed, and by each call anew. Raises ConfigError,
    TargetError for a name that no database has.
    """
    path, variables = Path(where).resolve(), os.environ if environ is None else environ
    folder, file = (path.parent, path) if path.is_file() else (path, None)
    overrides = {f"x.{key}": value for key, value in (x or {}).items()}
    overrides |= {"url": database} if isinstance(database, str) else {}
    settings = load_settings(folder, file=file, environ=variables, overrides=overrides, database=name)
    environment = load_environment(settings)
    if isinstance(database, str):  # also where the env file has chosen an engine
        return Project(replace(environment, engine=engine_for(environment.settings.database_url())))
    if isinstance(database, Project):
        raise UsageError("a project is no database", hint="hand over its engine: database=project.engine")
    if database is not None:
        engine = database.sync_engine if isinstance(database, Asynchronous) else database.engine
        return Project(replace(environment, engine=engine), connection_of(database))
    return Project(environment)


def init(
    folder: str | Path = ".",
    *,
    metadata: Sequence[str] = (),
    url: str | None = None,
    apps: bool = False,
    environ: Mapping[str, str] | None = None,
) -> initialize.InitPlan:
    """Set up minimig in a folder: a configuration and folders for revisions. Raises ConfigError, FileError."""
    layout = initialize.APPS if apps else initialize.SINGLE
    variables = os.environ if environ is None else environ
    plan = initialize.plan_init(Path(folder), metadata=metadata, url=url, layout=layout, environ=variables)
    initialize.write_init(plan)
    return plan


def makemigrations(  # noqa: PLR0913 - the options of the command, all by name
    project: Project,
    *apps: str,
    name: str | None = None,
    message: str | None = None,
    empty: bool = False,
    merge: bool = False,
    update: bool = False,
    from_database: bool = False,
    renames: Mapping[str, str] | None = None,
    fills: Mapping[str, str] | None = None,
    drops: Collection[str] = (),
    usings: Mapping[str, str] | None = None,
    questioner: Questioner | None = None,
    place: PlaceOptions | None = None,
    revise: Revise | None = None,
    dry_run: bool = False,
) -> tuple[authoring.NewFile, ...]:
    """Write revision files for what changed in the models; with `dry_run` the same files are given and not written.

    Questions are answered by the mappings, as the flags of the command line do, and what they leave open by
    `questioner`; without one QuestionError is raised. `revise` takes each migration and gives the one to write, or None
    for none. Raises what the command does.
    """
    if empty + merge + update + from_database > 1:
        raise UsageError("empty, merge, update and from_database exclude each other")
    project = project.fresh()
    if revise is not None:
        project = Project(replace(project.environment, revise=revise), project.connection)
    options = authoring.MakeOptions(name, message, write=not dry_run, from_database=from_database)
    options = options if place is None else replace(options, place=place)
    if merge:
        return merging.make_merge(project, apps, options)
    if empty:
        return authoring.make_empty(project, apps, options)
    answers = Answers(renames, fills, drops, usings=usings, otherwise=questioner)
    if not update:
        return authoring.make_migrations(project, apps, answers, options)
    named = list(apps or project.settings.apps)
    if len(named) != 1:
        raise UsageError("update needs the app whose newest file it is for", hint="name one app")
    found = updating.update_newest(project, named[0], answers, options)
    return () if found is None else (found.file,)


def upgrade(
    project: Project,
    target: str | None = None,
    *,
    plan_only: bool = False,
    lock_timeout: float | None = None,
    on_step: Listener = silence,
) -> MigrateResult:
    """Apply revisions up to a target, by default all; a target that lies behind is refused with TargetError."""
    options = MigrateOptions(plan_only, lock_timeout=lock_timeout, direction=Direction.FORWARD)
    return migrate_project(project.fresh(), None, target, options, on_step)


def downgrade(
    project: Project,
    target: str,
    *,
    plan_only: bool = False,
    from_record: bool = False,
    lock_timeout: float | None = None,
    on_step: Listener = silence,
) -> MigrateResult:
    """Take revisions back down to a target; one that lies ahead is refused with TargetError."""
    options = MigrateOptions(
        plan_only, from_record=from_record, lock_timeout=lock_timeout, direction=Direction.BACKWARD
    )
    return migrate_project(project.fresh(), None, target, options, on_step)


def stamp(
    project: Project, *revisions: str, purge: bool = False, lock_timeout: float | None = None
) -> stamping.StampResult:
    """Record that the database stands at these revisions, without running anything. Raises TargetError."""
    return stamping.stamp(project.fresh(), revisions, purge=purge, lock_timeout=lock_timeout)


def accept(project: Project, *revisions: str) -> tuple[repairing.EditedFile, ...]:
    """Let the rows of applied revisions whose files were edited say what the files say today; returns what differs.

    Raises TargetError for a revision that is not applied, or not edited.
    """
    return repairing.accept(project.fresh(), revisions, lambda _: True)


def forget(project: Project, revision: str) -> interrupted.HalfDone:
    """Forget what is noted of a half-done revision, after what it did was undone by hand. Raises TargetError."""
    return interrupted.forget_half_done(project.fresh(), revision)


def prune(project: Project, app: str | None = None, *, lock_timeout: float | None = None) -> stamping.StampResult:
    """Forget what the database has had and no file describes any more: `migrate --prune`."""
    return stamping.prune(project.fresh(), app, lock_timeout)


def ensure_version(project: Project) -> bool:
    """Create the version table where it is missing; tells whether it was."""
    return stamping.ensure_version(project.fresh())


def showmigrations(project: Project, *apps: str) -> inspecting.ShownMigrations:
    """Every revision in execution order with whether the database has it, and what is wrong with the files."""
    return inspecting.show_migrations(project.fresh(), apps)


def sqlmigrate(
    project: Project, app: str, name: str | None = None, *, backwards: bool = False
) -> inspecting.MigrationSQL:
    """The SQL of one revision, as the configured database would get it. Connects to nothing."""
    return inspecting.sql_migrate(project.fresh(), app, name, backwards=backwards)


def squashmigrations(  # noqa: PLR0913 - the options of the command, most of them by name
    project: Project,
    app: str,
    end: str | None = None,
    *,
    start: str | None = None,
    name: str | None = None,
    optimize: bool = True,
    verify: bool = False,
    verify_on: str | None = None,
    dry_run: bool = False,
) -> squashing.SquashResult:
    """Write one revision in place of several, up to `end` (by default the head).

    With `verify` the old files and the new one are run on two scratch databases first, on the server at `verify_on` if
    it is named; StateError tells what differs.
    """
    project = project.fresh()
    project.check_apps(app)
    planned = squashing.squash(project, app, start, end, squashing.SquashOptions(name, optimize, write=False))
    if verify or verify_on:
        proving.prove_squash(project, planned, verify_on)
    if dry_run:
        return planned
    return squashing.squash(project, app, start, end, squashing.SquashOptions(name, optimize))


def optimizemigration(
    project: Project, app: str, name: str, *, new: bool = False, force: bool = False, dry_run: bool = False
) -> optimizing.OptimizeResult:
    """Fold the operations of one revision file; `new` writes a file beside it that replaces it."""
    project = project.fresh()
    project.check_apps(app)
    revision = resolve(project.graph, frozenset(), app, name).revision
    if revision is None:
        raise TargetError(f"{name!r} is no revision", hint="minimig.history(project) lists them")
    return optimizing.optimize_file(project, revision, optimizing.OptimizeOptions(not dry_run, force, new))


def merge(
    project: Project,
    *revisions: str,
    options: merging.MergeOptions | None = None,
    allow_conflicts: bool = False,
) -> authoring.NewFile:
    """Join revisions whose histories have parted: heads, an app, or `"heads"`.

    Raises QuestionError for branches that do not commute, unless `allow_conflicts`.
    """
    project, options = project.fresh(), options or merging.MergeOptions()
    plan = merging.plan_merge(project, merging.revisions_to_merge(project.graph, revisions, splice=options.splice))
    if not allow_conflicts:
        plan.refuse_clashes("pass allow_conflicts=True")
    return merging.merge(project, plan, options)


def rebase(project: Project, app: str, onto: str | None = None, *, dry_run: bool = False) -> rebasing.Rebase:
    """Put one branch of an app's history behind the other; `onto` is the head that stays."""
    project = project.fresh()
    project.check_apps(app)
    plan = rebasing.plan_rebase(project, app, onto)
    if not dry_run:
        rebasing.rebase(project, plan)
    return plan


def tags(project: Project) -> tuple[tagging.Tag, ...]:
    """All tags: `tag --list`."""
    return tagging.tags(project.fresh())


def tag(project: Project, name: str, revision: str | None = None, *, force: bool = False) -> tuple[tagging.Tag, ...]:
    """Give a place in the history a name; without a revision, the head of each app."""
    return tagging.set_tag(project.fresh(), name, revision, force=force)


def untag(project: Project, name: str, app: str | None = None) -> tuple[tagging.Tag, ...]:
    """Take a tag away: `tag --delete`."""
    project = project.fresh()
    project.check_apps(app)
    return tagging.delete_tag(project, name, app)
