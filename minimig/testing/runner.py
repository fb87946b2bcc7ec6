"""A database that a test moves through the history, one migration at a time, with the tables as they are there.

In: a project and an engine. Out: a `MigrationRunner`, whose methods are what a test of a data step is made of: stand
before the revision, put rows into the old tables, apply it, look at the rows of the new ones.

(django-test-migrations and pytest-alembic have the same steps; the old tables are the plan's own here, never today's
models.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from minimig.commands.applying import MigrateOptions, migrate_project
from minimig.commands.hooks import ignored
from minimig.commands.project import Project
from minimig.dialects.worded import worded
from minimig.errors import DatabaseError, TargetError, nearest
from minimig.operations.tables_then import TablesThen
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.identifiers import resolve
from minimig.runtime.executor import Executor
from minimig.runtime.plan import Direction, Plan, Step
from minimig.runtime.prepare import prepare
from minimig.runtime.recorder import revisions
from minimig.runtime.rehearsal import rehearse
from minimig.state.schema import SchemaState

Row = Mapping[str, Any]


class MigrationRunner:
    """Moves the database behind `engine` through the history of a project.

    Each method opens its own connection and commits, as `minimig migrate` does. Revisions are named as on the command
    line: `blog.0003`, or `0003` where only one app has that. All raise the errors of `migrate`, and TargetError for a
    name that means nothing or lies on the other side of where the database stands.
    """

    def __init__(self, project: Project, engine: sa.Engine) -> None:
        self.project = Project(replace(project.environment, engine=engine))
        self.engine = engine

    # --- moving -------------------------------------------------------------------------------------------------------

    def migrate_up_to(self, target: str = "head") -> None:
        """Apply everything up to a target, which is applied as well."""
        self._migrate(target, Direction.FORWARD)

    def migrate_down_to(self, target: str = "zero") -> None:
        """Take back everything behind a target, which stays applied. `zero` takes back every app's revisions."""
        if target in ("zero", "base") and len(self.project.settings.apps) > 1:
            for app in self.project.settings.apps:
                self._migrate(f"{app}.zero", Direction.BACKWARD)
            return
        self._migrate(target, Direction.BACKWARD)

    def migrate_up_before(self, revision: str) -> None:
        """Apply everything that a revision comes after, and not the revision itself."""
        name = self.resolve(revision)
        self._refuse_applied(name)
        graph, applied = self._standing()
        self._run(graph.order(graph.ancestors([name]) - {name} - applied), Direction.FORWARD)

    def apply(self, revision: str) -> None:
        """Apply one revision, and nothing else."""
        name = self.resolve(revision)
        self._refuse_applied(name)
        graph, applied = self._standing()
        missing = [parent for parent in graph.parents(name) if parent not in applied]
        if missing:
            raise TargetError(
                f"{name} comes after {', '.join(missing)}, which the database does not have",
                hint=f"call migrate_up_before({name!r}) first",
            )
        self._run((name,), Direction.FORWARD)

    def take_back(self, revision: str) -> None:
        """Take back one revision, and nothing else."""
        name = self.resolve(revision)
        graph, applied = self._standing()
        if name not in applied:
            raise TargetError(f"{name} is not applied, so it cannot be taken back")
        later = [child for child in graph.children(name) if child in applied]
        if later:
            raise TargetError(
                f"{', '.join(later)} comes after {name} and is applied", hint=f"call migrate_down_to({name!r}) first"
            )
        self._run((name,), Direction.BACKWARD)

    # --- looking ------------------------------------------------------------------------------------------------------

    @property
    def applied(self) -> tuple[str, ...]:
        """The revisions that the database has, in the order of the history."""
        graph, applied = self._standing()
        return graph.order(applied & graph.headers.keys())

    @property
    def state(self) -> SchemaState:
        """The schema that the applied revisions lead to, by what their files say."""
        return self.project.state_after(self.applied)

    @property
    def tables(self) -> TablesThen:
        """The tables as they are now: `runner.tables.posts`."""
        return TablesThen(self.state)

    def state_at(self, revision: str) -> SchemaState:
        """The schema right behind a revision, with all that it comes after and nothing else."""
        graph, name = self.project.graph, self.resolve(revision)
        return self.project.state_after(graph.order(graph.ancestors([name])))

    def tables_at(self, revision: str) -> TablesThen:
        """The tables as they are right behind a revision: `runner.tables_at("blog.0002").posts`."""
        return TablesThen(self.state_at(revision))

    def reflected(self, like: SchemaState) -> SchemaState:
        """What the database really holds, in the words of another schema where they mean the same."""
        with self.project.connect() as connection:
            return worded(connection, like, ignored(self.project))

    def resolve(self, revision: str) -> str:
        """The full name of a revision."""
        graph, applied = self._standing(revision)
        found = resolve(graph, applied, None, revision).revision
        if found is None:
            raise TargetError(f"{revision!r} names no revision", hint="name one, for example 0001")
        return found

    # --- rows ---------------------------------------------------------------------------------------------------------

    def insert_into(self, table: str, rows: Row | Sequence[Row]) -> None:
        """Put one row or several into a table as it is now. Raises TargetError for a table or column that is not."""
        built = self._table(table)
        given = [rows] if isinstance(rows, Mapping) else list(rows)
        for name in dict.fromkeys(name for row in given for name in row):
            if name not in built.c:
                there = nearest(name, built.c.keys()) or f"there are {', '.join(built.c.keys())}"
                raise TargetError(f"table {table} has no column {name!r} at this point of the history", hint=there)
        with self._writing() as connection:
            for row in given:
                connection.execute(sa.insert(built).values(dict(row)))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table as it is now, in the order of its primary key. Raises TargetError for a missing table."""
        built = self._table(table)
        with self.project.connect() as connection:
            found = connection.execute(sa.select(built).order_by(*built.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    # --- inside -------------------------------------------------------------------------------------------------------

    def run_exactly(self, names: Sequence[str]) -> None:
        """Apply these revisions, given by their full names in the order of the history."""
        self._run(names, Direction.FORWARD)

    def _migrate(self, target: str, direction: Direction) -> None:
        migrate_project(self.project, None, target, MigrateOptions(direction=direction))

    def _run(self, names: Sequence[str], direction: Direction) -> None:
        graph, applied = self._standing()
        plan = Plan(tuple(Step(name, direction) for name in names))
        prepared = prepare(graph, self.project.load, plan, applied, self.project.state_after)
        with self.project.connect() as connection:
            Executor(connection, self.project.recorder).run(rehearse(prepared, connection.dialect))

    def _standing(self, *words: str) -> tuple[MigrationGraph, frozenset[str]]:
        """The history as it is for this database, and what of it is applied."""
        with self.project.connect() as connection:
            rows = self.project.applied(connection)
        graph = self.project.graph_at(revisions(rows), *words)
        return graph, graph.effective(revisions(rows))

    def _refuse_applied(self, name: str) -> None:
        _, applied = self._standing()
        if name in applied:
            raise TargetError(f"{name} is applied already", hint=f"call migrate_down_to or take_back({name!r}) first")

    def _table(self, key: str) -> sa.Table:
        return _asked(lambda: self.tables[key])

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self.project.connect() as connection:
            try:
                yield connection
            except sa.exc.StatementError as error:
                if isinstance(error, sa.exc.DBAPIError):
                    raise
                raise DatabaseError(f"the row cannot be written: {error.orig or error}") from error
            connection.commit()


def _asked(read: Callable[[], sa.Table]) -> sa.Table:
    try:
        return read()
    except KeyError as error:
        raise TargetError(str(error.args[0])) from None
