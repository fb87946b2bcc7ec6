"""A project as the commands see it: its files as a graph, its models as a state, its database as a connection.

Each part is read when it is first asked for, and once: a command pays only for what it needs. A caller's own connection
takes the place of those that the engine would open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import replace
from functools import cached_property

import sqlalchemy as sa

from minimig.autogenerate.hints import hints_of
from minimig.commands.connecting import connected, held, name_of
from minimig.commands.owners import FREE, Models, claims, convention_in, living, owners_of, refuse_crossing
from minimig.commands.project_files import Files
from minimig.commands.stages import ModelsRead, ProjectOpened
from minimig.commands.watching import OnWork, unwatched
from minimig.config import AppSettings, Settings
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.registry import dialect_of, editor_for, mariadb_by_mysql
from minimig.environment import Environment, load_metadata, make_engine
from minimig.errors import HistoryError, ModelsError, UnsupportedError
from minimig.runtime.output import PaperOutput
from minimig.runtime.recorder import Applied, Recorder
from minimig.runtime.stages import HistoryRead
from minimig.stages import Tell, untold
from minimig.state.from_metadata import from_metadata
from minimig.state.objects import kind_and_name
from minimig.state.possible import refuse_impossible, refuse_numbering
from minimig.state.schema import SchemaState
from minimig.state.seen import is_included
from minimig.state.written import Convention


class Project(Files):
    """An environment together with what its files, models and database hold."""

    def __init__(
        self,
        environment: Environment,
        connection: sa.Connection | None = None,
        tell: Tell = untold,
        *,
        on_work: OnWork = unwatched,
    ) -> None:
        self.environment = environment if connection is None else replace(environment, engine=connection.engine)
        self.connection = connection
        self.tell = tell
        self.on_work = on_work
        self.settings = environment.settings
        self.recorder = Recorder(self.settings.version_table, self.settings.version_schema)
        super().__init__()
        tell(ProjectOpened(self.settings))

    def at(self, settings: Settings, engine: sa.Engine) -> Project:
        """The same files and models with another database. Whatever either has read of the files both have."""
        other = copy(self)
        other.environment = replace(self.environment, settings=settings, engine=engine)
        other.settings = settings
        other.recorder = Recorder(settings.version_table, settings.version_schema)
        vars(other).pop("engine", None)
        return other

    def fresh(self) -> Project:
        """The same project with nothing read yet: the files may have changed since."""
        return Project(self.environment, self.connection, self.tell, on_work=self.on_work)

    # --- models -------------------------------------------------------------------------------------------------------

    @cached_property
    def models(self) -> Models:
        """The schema that the models of all apps describe. Raises ModelsError."""
        # All are imported before one is read: a foreign key takes its type from a table that may be another app's.
        metadata = {label: self._metadata_of(label, app) for label, app in self.settings.apps.items()}
        states = {label: self._owned(app, metadata[label]) for label, app in self.settings.apps.items()}
        owners = owners_of(states)
        tables = (table for state in states.values() for table in state.tables.values())
        objects = (item for state in states.values() for item in state.objects.values())
        state = SchemaState.of(tables, objects)
        refuse_crossing(self.settings, state, lambda key: owners.get(key) or self._owner_elsewhere(key))
        self._refuse_impossible(
            state, {id(each): each for group in metadata.values() for each in group}.values(), owners
        )
        hints = hints_of((each for found in metadata.values() for each in found), owners)
        found = Models(state, owners, hints)
        self.tell(ModelsRead(found))
        return found

    def _refuse_impossible(
        self, state: SchemaState, metadata: Collection[sa.MetaData], owners: Mapping[str, str]
    ) -> None:
        """Raise ModelsError for models that no database, or not the configured one, could create."""
        editors = tuple(self._paper_editors())
        defined = {table.key: table for each in metadata for table in each.tables.values()}
        refuse_numbering(table for key, table in defined.items() if key in state.tables)
        refuse_impossible(
            state,
            is_foreign=lambda key: key in defined or self._is_foreign(key),
            keys_need_unique=any(editor.limits.keys_need_unique for editor, _ in editors),
        )
        for editor, apps in editors:
            try:
                editor.refuse_models(state if len(editors) == 1 else living(state, owners, apps))
            except UnsupportedError as error:
                raise ModelsError(error.message, where=error.where, hint=error.hint, code=error.code) from error

    def _paper_editors(self) -> Iterator[tuple[SchemaEditor, Collection[str]]]:
        """The editor of each database that is configured, which sends nothing, and the apps that live there."""
        for name in self.settings.names_of_databases:
            settings = self.settings.for_database(name)
            if self.environment.engine is not None or settings.configures_database:
                dialect = self.dialect if name == self.settings.database else Project(Environment(settings)).dialect
                yield editor_for(dialect, PaperOutput(dialect)), settings.apps

    def _is_foreign(self, key: str) -> bool:
        """Whether a table of this name would be none of ours, wherever it is defined."""
        claimed = any(claims(app, key) for app in self.settings.apps.values())
        return not (claimed and is_included(self.environment.include, key))

    def _owner_elsewhere(self, key: str) -> str | None:
        """The app of another database that a table is defined for."""
        for label, app in self.settings.elsewhere.items():
            if claims(app, key) and any(key in metadata.tables for metadata in self._metadata_of(label, app)):
                return label
        return None

    def convention_of(self, label: str) -> Convention:
        """The naming convention of an app's models. Raises ModelsError when they have several."""
        return convention_in(self._metadata_of(label, self.settings.apps[label]), label)

    def _metadata_of(self, label: str, app: AppSettings) -> tuple[sa.MetaData, ...]:
        swapped = self.environment.metadata or {}
        return swapped[label] if label in swapped else load_metadata(app, self.settings.root)

    def _owned(self, app: AppSettings, metadata: tuple[sa.MetaData, ...]) -> SchemaState:
        include = self.environment.include

        def owned(key: str) -> bool:
            kind, name = kind_and_name(key)
            return (kind in FREE or claims(app, name)) and not self.recorder.owns(key) and is_included(include, key)

        return from_metadata(*metadata, keep=owned)

    def app_of(self, key: str) -> str:
        """The app that a table or object belongs to: by the models, else by the file that created it."""
        if key in self.models.owners:
            return self.models.owners[key]
        return self.graph.headers[self.created_by[key]].app

    # --- database -----------------------------------------------------------------------------------------------------

    @cached_property
    def engine(self) -> sa.Engine:
        """The engine that the configuration names, or the one swapped in."""
        self.settings.require_database()
        return self.environment.engine or make_engine(self.settings, self.environment.connect_args)

    @property
    def has_database(self) -> bool:
        """Whether a database is configured; whether it answers is not asked."""
        return self.environment.engine is not None or self.settings.configures_database

    @property
    def dialect(self) -> sa.Dialect:
        """The dialect of the configured database, without connecting to it.

        The driver of a `mariadb://` is MySQL's; that the server is a MariaDB is known all the same.
        """
        if self.environment.engine is not None or self.settings.engine:
            return self.engine.dialect
        if self.settings.written_url().startswith("mariadb://"):
            return mariadb_by_mysql()
        return dialect_of(self.settings.database_url())

    @property
    def database_name(self) -> str:
        """The database for people, with its password masked."""
        name = name_of(self.engine) if self.has_database else "no database is configured"
        return name if self.settings.tenant is None else f"{name}, tenant {self.settings.tenant}"

    def connect(self) -> AbstractContextManager[sa.Connection]:
        """A connection, or the caller's. Raises DatabaseError when there is none, or when it refuses a statement."""
        if self.connection is not None:
            return held(self.connection)
        return connected(self.engine, self.environment.prepare)

    def applied(self, connection: sa.Connection) -> tuple[Applied, ...]:
        """The rows of the version table; the transaction that reading opened is ended, unless it was the caller's."""
        borrowed = connection.in_transaction()
        rows = self.recorder.read(connection)
        if not borrowed:
            connection.rollback()
        self.tell(HistoryRead(self.recorder.table.key, rows))
        return rows

    def unknown(self, rows: Sequence[Applied]) -> tuple[Applied, ...]:
        """The rows of configured apps that no file describes: a branch was switched, or a file deleted."""
        known = {*self._header_of, *(name for header in self.headers for name in header.replaces)}
        return tuple(row for row in rows if row.app in self.settings.apps and row.revision not in known)

    def refuse_unknown(self, rows: Sequence[Applied]) -> None:
        """Raise HistoryError when the database has a revision of ours whose file is gone."""
        missing = [row.revision for row in self.unknown(rows)]
        if missing:
            raise HistoryError(
                f"the database has {', '.join(missing)}, but there is no such revision file",
                where=self.database_name,
                hint="check out the branch that has the file or put it back; or take it back by what the version table"
                " recorded with minimig migrate --from-record; or forget the row with minimig migrate --prune;"
                " nothing was changed",
                code="MM601",
            )
