"""A database brought up to date from code: waiting for it, or in an event loop that goes on meanwhile.

In: a database in any form (a URL, an engine, a connection, an asynchronous one, a project) and a folder of revision
files. Out: what was done. A connection on which the caller has a transaction is used as it is: nothing is committed.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, runtime_checkable

import sqlalchemy as sa
from sqlalchemy.util import concurrency

from minimig.commands.applying import MigrateOptions, MigrateResult, migrate_project
from minimig.commands.awaiting import on_its_loop
from minimig.commands.executing import AS_CONFIGURED
from minimig.commands.initials import initials_faked
from minimig.commands.project import Project
from minimig.config import AppSettings, Settings, load_settings
from minimig.environment import Environment, engine_for
from minimig.errors import InterruptedRunError, MinimigError, NoConfigError, UsageError
from minimig.runtime.events import Listener, silence
from minimig.runtime.retrying import Patience
from minimig.urls import choose_driver

P = ParamSpec("P")
T = TypeVar("T")


@runtime_checkable
class Asynchronous(Protocol):
    """SQLAlchemy's AsyncEngine or AsyncConnection, known by what it holds: the module of both is not imported here."""

    @property
    def sync_engine(self) -> sa.Engine:
        """The engine inside."""
        ...


Database = str | sa.Engine | sa.Connection | Asynchronous | Project
"""A URL, an engine, a connection, an asynchronous engine or connection, or a project that knows its own."""


def migrate(  # noqa: PLR0913 - each is a choice of its own, most of them by name alone
    database: Database,
    migrations: str | Path | None = None,
    *,
    target: str | None = "head",
    plan_only: bool = False,
    fake: bool = False,
    fake_initial: bool = False,
    lock_timeout: float | None = None,
    version_table: str = "minimig_version",
    version_schema: str | None = None,
    app: str | None = None,
    metadata: sa.MetaData | None = None,
    x: Mapping[str, str] | None = None,
    on_step: Listener = silence,
    patience: Patience | None = None,
    precheck: bool = True,
    whole: bool = False,
    assume: bool | None = None,
    one_by_one: bool = False,
) -> MigrateResult:
    """Bring a database to a target with the revision files of one folder, or with those of a project.

    `database` is a URL, an engine, a connection, or what `open_project` gave; a project brings its folders and its
    version table along. `target` is what the command line takes: `head`, `zero`, a name or its start, `-1`, `+1`. With
    `plan_only` nothing is changed; with `fake` revisions are only recorded; with `fake_initial` a first migration whose
    tables are there, defined as it says, is. `lock_timeout`: seconds to wait for another run. The revisions of a folder
    belong to `app`: without it, to the app that a configuration in or above the folder gives it to, else to the one
    called like the folder (or like the one above `migrations`); of a project, `app` chooses one. `metadata` is the
    models' own: its naming convention names what the files leave without a name. `x` is what data steps with a third
    argument find in `options.x`. `on_step` gets each event, in the thread that migrates. `patience` is how long
    statements wait for other sessions, and how often they are tried; None is as configured, also of `lock_timeout`.
    With `precheck` rights, room and rows that would stop the run are looked at before it begins. With `whole` the run
    is one transaction. `assume` says whether the statement that an interrupted run left in doubt took effect. With
    `one_by_one` a fresh database does not get the net effect of many steps.

    Raises TargetError, HeadsError, HistoryError, RevisionFileError, StateError or IrreversibleError before anything
    runs, LockError, MigrationFailedError when a migration fails, DatabaseError when the database cannot be reached, and
    UsageError for an asynchronous database inside a running event loop, where `migrate_async` is to be awaited.
    """
    initials = initials_faked if fake_initial else None
    options = MigrateOptions(plan_only, fake, initials, lock_timeout=lock_timeout, whole=whole, assume=assume)
    options = replace(options, patience=patience or AS_CONFIGURED, precheck=precheck, one_by_one=one_by_one)
    if isinstance(database, Project):
        if migrations is not None:
            raise UsageError("a project knows its folders already", hint="leave out the folder")
        everything = app is None and target == "head"
        return migrate_project(database.fresh(), app, None if everything else target, options, on_step)
    project = folder_project(database, migrations, app, version_table, version_schema, metadata, x)
    [label] = project.settings.apps
    try:
        return migrate_project(project, label, target, options, on_step)
    finally:
        if isinstance(database, str):
            project.engine.dispose()


def pending(database: Database, migrations: str | Path | None = None, *, app: str | None = None) -> tuple[str, ...]:
    """The revisions that a database has not had, in the order in which they would run.

    Meant for an application that starts: one query, no lock, nothing is written, and no revision file is executed.
    Raises HeadsError when it is not decided what would run, DatabaseError when the database cannot be reached.
    """
    project = database.fresh() if isinstance(database, Project) else folder_project(database, migrations, app)
    label = app if isinstance(database, Project) else next(iter(project.settings.apps))
    project.check_apps(label)
    try:
        return _pending(project, label)
    finally:
        if isinstance(database, str):
            project.engine.dispose()


@on_its_loop
def _pending(project: Project, app: str | None) -> tuple[str, ...]:
    with project.connect() as connection:
        rows = frozenset(row.revision for row in project.applied(connection))
    graph = project.graph_at(rows)
    applied = graph.effective(rows)
    graph.check_single_heads()
    wanted = graph.headers.keys() if app is None else graph.ancestors(graph.heads(app))
    return tuple(revision for revision in graph.order(wanted) if revision not in applied)


async def migrate_async(database: Database, migrations: str | Path | None = None, **options: Any) -> MigrateResult:
    """As `migrate`, in the running event loop, which goes on meanwhile. Takes the same arguments.

    On an AsyncEngine, an AsyncConnection (inside a transaction or not) or the URL of an asynchronous driver it runs in
    this loop; on a synchronous engine or URL in a thread. Several may run at once, also on one database. Cancelled, it
    rolls back the migration at hand, gives the lock back, and raises CancelledError as any task does; migrations that
    were finished before stay. In a thread it can only be stopped between two statements.
    """
    return await run_async(partial(migrate, **options), database, migrations)


async def run_async(function: Callable[Concatenate[Any, P], T], database: Any, *args: P.args, **options: P.kwargs) -> T:
    """The result of any function of minimig whose first argument is a database or a project, in the running loop.

    For example `await minimig.run_async(minimig.showmigrations, project)`. It behaves as `migrate_async`.
    """
    engine = engine_for(choose_driver(database)) if isinstance(database, str) else _engine_of(database)
    try:
        if engine is not None and engine.dialect.is_async:
            own = engine if isinstance(database, str) else database
            return await concurrency.greenlet_spawn(partial(function, own, *args, **options))
        if isinstance(database, sa.Connection) or (isinstance(database, Project) and database.connection is not None):
            raise UsageError(
                "a synchronous connection does not leave its thread, and would stop the event loop",
                hint="hand over its engine or URL, or call the function itself",
            )
        return await _in_thread(engine, database, lambda own: function(own, *args, **options))
    except InterruptedRunError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # who cancelled expects this and nothing else
            raise asyncio.CancelledError(error.message) from error
        raise
    finally:
        if isinstance(database, str) and engine is not None:
            engine.dispose()  # it pools nothing: there is nothing to wait for


async def _in_thread(engine: sa.Engine | None, database: Any, action: Callable[[Any], T]) -> T:
    """The result of `action` in a thread. Cancelled, it stops before its next statement, and is waited for."""
    cancelled = threading.Event()

    def stop(*_: Any) -> None:
        if cancelled.is_set():
            cancelled.clear()  # once: giving the lock back takes statements too
            raise asyncio.CancelledError

    if engine is not None:
        engine = engine.execution_options()  # a copy that shares the pool, and has listeners of its own
        sa.event.listen(engine, "before_cursor_execute", stop)
        database = _with_engine(database, engine)
    running = asyncio.ensure_future(asyncio.to_thread(action, database))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        cancelled.set()
        with suppress(MinimigError, asyncio.CancelledError):
            await running
        raise


def _with_engine(database: Any, engine: sa.Engine) -> Any:
    return Project(replace(database.environment, engine=engine)) if isinstance(database, Project) else engine


def _engine_of(database: Any) -> sa.Engine | None:
    """The engine that a database is reached by; None for a project that has none, and for no database at all."""
    if database is None:
        return None
    if isinstance(database, Project):
        return database.engine if database.has_database else None
    engine: sa.Engine = database.sync_engine if isinstance(database, Asynchronous) else database.engine
    return engine


def connection_of(database: Database | None) -> sa.Connection | None:
    """The synchronous connection that the caller holds, if that is what was given. Raises UsageError for a closed one.

    An AsyncConnection holds one as soon as it was started.
    """
    if isinstance(database, sa.Connection):
        return database
    if not isinstance(database, Asynchronous) or not hasattr(database, "sync_connection"):
        return None
    connection: sa.Connection | None = database.sync_connection
    if connection is None:
        raise UsageError("the connection is not open yet", hint="async with engine.connect() as connection: ...")
    return connection


def folder_project(
    database: Database | None,
    migrations: str | Path | None,
    app: str | None,
    version_table: str = "minimig_version",
    version_schema: str | None = None,
    metadata: sa.MetaData | None = None,
    x: Mapping[str, str] | None = None,
) -> Project:
    """A project of one folder. Raises UsageError when there is no such folder."""
    if migrations is None:
        raise UsageError("the folder of the revision files is missing", hint='minimig.migrate(engine, "migrations")')
    folder = Path(migrations).resolve()
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="name the folder that holds the revision files")
    label = app or _app_of(folder)
    settings = Settings(
        root=folder.parent,
        apps={label: AppSettings(label, (), folder)},
        version_table=version_table,
        version_schema=version_schema,
        x=x or {},
    )
    engine = engine_for(choose_driver(database)) if isinstance(database, str) else _engine_of(database)
    models = None if metadata is None else {label: (metadata,)}
    return Project(Environment(settings, engine=engine, metadata=models), connection_of(database))


def _app_of(folder: Path) -> str:
    """The app that a folder of revisions belongs to: the version table must name it as the command line does."""
    try:
        settings = load_settings(folder, environ=os.environ, overrides={})
    except NoConfigError:
        configured: list[str] = []
    else:
        configured = [label for label, app in settings.apps.items() if app.migrations.resolve() == folder]
    name = folder.parent.name if folder.name == "migrations" else folder.name
    return configured[0] if configured else name
