"""minimig as a library: what the command line does, and the pieces it is made of, as plain functions.

Nothing here touches the working directory or logging. A connection on which the caller has a transaction is used as it
is: nothing is committed then.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff as diff_states
from minimig.autogenerate.hooks import NO_HOOKS, Hooks
from minimig.autogenerate.questioner import NeverRename, Questioner
from minimig.commands.applying import MigrateOptions, MigrateResult, migrate_connection, migrate_project
from minimig.commands.initials import initials_faked
from minimig.commands.project import Project
from minimig.commands.scripting import ScriptOptions, ScriptResult, script_project
from minimig.config import AppSettings, Settings, load_settings
from minimig.dialects.registry import dialect_of, editor_for, normalizer_for, reader_for
from minimig.dialects.worded import worded
from minimig.environment import Environment, engine_for
from minimig.errors import NoConfigError, UsageError
from minimig.operations.base import Operation
from minimig.operations.chain import execute, reversed_operations, states
from minimig.operations.chain import named as named_by_convention
from minimig.revisions.replay import changes
from minimig.revisions.serializer import operations_source
from minimig.runtime.events import Listener, silence
from minimig.runtime.output import LiveOutput, ScriptOutput
from minimig.runtime.recorder import Recorder
from minimig.runtime.rehearsal import rehearse_moves
from minimig.runtime.retrying import PATIENCE, Patience
from minimig.state.from_metadata import from_metadata
from minimig.state.reflection import reflect as reflect_connection
from minimig.state.schema import SchemaState
from minimig.state.seen import included, is_included
from minimig.urls import choose_driver

_is_ours = Recorder().owns

Source = sa.MetaData | SchemaState | sa.Connection
"""Where a schema can be read from."""


def migrate(  # noqa: PLR0913 - each is a choice of its own, most of them by name alone
    database: str | sa.Engine | sa.Connection,
    migrations: str | Path,
    *,
    target: str = "head",
    plan_only: bool = False,
    fake_initial: bool = False,
    version_table: str = "minimig_version",
    version_schema: str | None = None,
    app: str | None = None,
    metadata: sa.MetaData | None = None,
    on_step: Listener = silence,
    patience: Patience = PATIENCE,
    precheck: bool = True,
) -> MigrateResult:
    """Bring a database to a target with the revision files of one folder.

    `database` is a URL, an engine, or a connection. `target` is what the command line takes: `head`, `zero`, a name or
    its start, `-1`, `+1`. With `plan_only` nothing is changed; with `fake_initial` a first migration whose tables are
    there, defined as it says, is only recorded. The revisions belong to `app`: without it, to the app that a minimig
    configuration in or above the folder gives the folder to, else to the one called like the folder, or like the folder
    above when that is called `migrations`. `metadata` is the models' own: its naming convention names what the files
    leave without a name. `patience` says how long statements wait for other sessions, and how often they are tried.
    With `precheck` rows that would stop the run are counted before it begins.

    Raises TargetError, HeadsError, HistoryError, RevisionFileError, StateError or IrreversibleError before anything
    runs, MigrationFailedError when a migration fails, DatabaseError when the database cannot be reached.
    """
    label, settings, models = _alone(migrations, app, metadata, version_table, version_schema)
    engine = engine_for(choose_driver(database)) if isinstance(database, str) else database.engine
    project = Project(Environment(settings, engine=engine, metadata=models))
    options = MigrateOptions(
        dry=plan_only, initials=initials_faked if fake_initial else None, patience=patience, precheck=precheck
    )
    try:
        if isinstance(database, sa.Connection):
            return migrate_connection(project, database, label, target, options, on_step)
        return migrate_project(project, label, target, options, on_step)
    finally:
        if isinstance(database, str):
            engine.dispose()


def script(  # noqa: PLR0913 - each is a choice of its own, most of them by name alone
    migrations: str | Path,
    dialect: str,
    *,
    target: str = "head",
    start: Sequence[str] = (),
    one_transaction: bool = False,
    idempotent: bool = False,
    mark_missing: bool = False,
    version_table: str = "minimig_version",
    version_schema: str | None = None,
    app: str | None = None,
    metadata: sa.MetaData | None = None,
) -> ScriptResult:
    """What `migrate` would send to a database of the kind `dialect`, as a script. Nothing is connected to.

    The result has the `text`, the statements of each step, and where it ends; `end` of one script is the `start` of the
    next. Without a start the database is empty. With `one_transaction` the whole script is one transaction; with
    `idempotent` each migration looks first whether the database has it; with `mark_missing` a comment stands where a
    step needs a connection. The other arguments are those of `migrate`.

    Raises NeedsConnectionError, naming all steps that only a live database can carry out; UnsupportedError for what the
    dialect cannot be told; UsageError for a dialect that nobody knows; and what `migrate` raises before anything runs.
    """
    label, settings, models = _alone(migrations, app, metadata, version_table, version_schema)
    options = ScriptOptions(
        tuple(start), dialect, one_transaction=one_transaction, idempotent=idempotent, mark_missing=mark_missing
    )
    return script_project(Project(Environment(settings, metadata=models)), label, target, options)


def diff(
    before: Source,
    after: Source,
    *,
    dialect: sa.Dialect | str | None = None,
    questioner: Questioner | None = None,
    hooks: Hooks = NO_HOOKS,
) -> list[Operation]:
    """The operations that lead from one schema to another.

    A connection is compared in the spelling of its database, so that models and a live database can be told apart by
    what matters; `dialect` asks for the same between two schemas without a database. Without a `questioner` nothing is
    taken for a rename. Tables that only the database has are among the differences. `hooks` say what counts, what is
    the same and which rules look; a table that they do not include is not read.
    """
    live = next((side for side in (before, after) if isinstance(side, sa.Connection)), None)
    known = live.dialect if live is not None else dialect_of(f"{dialect}://") if isinstance(dialect, str) else dialect
    old, new = _comparable(before, after, known, hooks)
    return diff_states(old, new, questioner=questioner or NeverRename(), hooks=replace(hooks, dialect=known))


def _comparable(
    before: Source, after: Source, dialect: sa.Dialect | None, hooks: Hooks
) -> tuple[SchemaState, SchemaState]:
    """Both sides as states that may be compared: that of a connection in the words of the other one."""

    def ignore(key: str) -> bool:
        return _is_ours(key) or not is_included(hooks.include, key)

    if isinstance(before, sa.Connection):
        like = included(hooks.include, snapshot(after))
        return worded(before, like, ignore), like
    if isinstance(after, sa.Connection):
        like = included(hooks.include, snapshot(before))
        return like, worded(after, like, ignore)
    if dialect is None:
        return snapshot(before), snapshot(after)
    normalizer = normalizer_for(dialect)
    return normalizer.normalize(snapshot(before)), normalizer.normalize(snapshot(after))


def snapshot(source: Source) -> SchemaState:
    """A schema as a value. A connection is reflected; the version table of minimig is left out then."""
    if isinstance(source, SchemaState):
        return source
    if isinstance(source, sa.MetaData):
        return from_metadata(source)
    return reflect(source)


def reflect(connection: sa.Connection) -> SchemaState:
    """The schema of a live database (its default schema), without minimig's own version table."""
    return reflect_connection(connection, reader_for(connection.dialect), ignore=_is_ours)


def apply(connection: sa.Connection, operations: Sequence[Operation], before: SchemaState) -> SchemaState:
    """Execute operations on a connection that is at the state `before`; returns the state after.

    Raises UnsupportedError before the first statement for what the database cannot be told at all.

    Commits nothing: the transaction is the caller's. On SQLite foreign-key enforcement must be off while tables are
    rebuilt, which is only possible before the transaction begins.
    """
    moves = changes(operations, before)
    along = [before, *(move.after for move in moves)]
    rehearse_moves(moves, connection.dialect, lambda number: f"operation {number + 1}: {operations[number].describe()}")
    editor = editor_for(connection.dialect, LiveOutput(connection))
    execute(editor, operations, along)
    editor.finish()
    return along[-1]


def named(operations: Sequence[Operation], metadata: sa.MetaData) -> list[Operation]:
    """The operations with the names that they leave out as the naming convention of `metadata` has them."""
    return list(named_by_convention(operations, metadata.naming_convention))


def reverse(operations: Sequence[Operation], before: SchemaState) -> list[Operation]:
    """The operations that lead back to `before`. Raises IrreversibleError."""
    return list(reversed_operations(operations, before))


def sql(operations: Sequence[Operation], before: SchemaState, dialect: sa.Dialect | str) -> list[str]:
    """The statements of operations on a dialect (`"postgresql"`, or a dialect object), without a database."""
    spelled = dialect_of(f"{dialect}://") if isinstance(dialect, str) else dialect
    output = ScriptOutput(spelled)
    editor = editor_for(spelled, output)
    along = states(operations, before)
    execute(editor, operations, along)
    editor.finish()
    return output.lines


def source(operations: Sequence[Operation]) -> str:
    """The Python text of operations, as it stands in the list of a revision file."""
    return operations_source(operations)[0]


def _alone(
    migrations: str | Path,
    app: str | None,
    metadata: sa.MetaData | None,
    version_table: str,
    version_schema: str | None,
) -> tuple[str, Settings, dict[str, tuple[sa.MetaData, ...]] | None]:
    """The app of one folder of revisions, settings that know nothing else, and its models. Raises UsageError."""
    folder = Path(migrations).resolve()
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="name the folder that holds the revision files")
    label = app or _app_of(folder)
    settings = Settings(
        root=folder.parent,
        apps={label: AppSettings(label, (), folder)},
        version_table=version_table,
        version_schema=version_schema,
    )
    return label, settings, None if metadata is None else {label: (metadata,)}


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
