"""The SQL of a revision in both directions, as each kind of database would get it; none is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.commands.inspecting import migration_sql
from minimig.commands.project import Project
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.registry import BUILT_IN, dialect_of, editor_class, editor_for, mariadb_by_mysql, server_name
from minimig.errors import MinimigError
from minimig.revisions.loader import Migration
from minimig.revisions.replay import Change
from minimig.runtime.output import ScriptOutput
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep

USUAL = ("postgresql", "mysql", "sqlite", "mssql", "oracle")
"""What is spelled where nobody says otherwise; MariaDB in place of MySQL for a project that uses it."""


@dataclass(frozen=True)
class Spelled:
    """The scripts of one revision, up and down; or, as comments, why there is none."""

    up: str
    down: str


@dataclass(frozen=True)
class Speaker:
    """One dialect. Its editor goes along the whole history, so that it looks at the names of each table once."""

    name: str
    editor: SchemaEditor

    @classmethod
    def of(cls, dialect: sa.Dialect) -> Speaker:
        """Who speaks a dialect."""
        return cls(server_name(dialect), editor_for(dialect, ScriptOutput(dialect)))

    def spell(self, migration: Migration, up: Sequence[Change], down: Sequence[Change], no_way: str | None) -> Spelled:
        """The scripts of a revision with these changes; `no_way` is the reason where there is no way back."""
        back = _comment(no_way) if no_way is not None else self._script(migration, Direction.BACKWARD, down)
        return Spelled(self._script(migration, Direction.FORWARD, up), back)

    def _script(self, migration: Migration, direction: Direction, moves: Sequence[Change]) -> str:
        step = Step(migration.revision, direction)
        try:
            lines = migration_sql(PreparedStep(step, migration, tuple(moves)), self.editor).lines
            return "\n".join(list(lines)[1:])  # the first one says which revision it is
        except MinimigError as error:
            return _comment(str(error))


def speakers(project: Project, wanted: Sequence[str] = ()) -> tuple[Speaker, ...]:
    """Those of the wanted dialects, else of the usual ones with the project's own in front.

    Raises UnsupportedError for a dialect that nobody provides.
    """
    if wanted:
        return tuple(Speaker.of(_named(name)) for name in dict.fromkeys(wanted))
    own = _own(project)
    served = "mysql" if own is not None and own.name == "mariadb" else None if own is None else own.name
    others = (Speaker.of(_named(name)) for name in USUAL if name != served)
    return (*([] if own is None else [own]), *others)


def _own(project: Project) -> Speaker | None:
    """Who speaks the dialect of the project's database; nobody where it cannot be told: the marks say why."""
    try:
        return Speaker.of(project.dialect) if project.has_database else None
    except MinimigError:
        return None


def _named(name: str) -> sa.Dialect:
    if name == "mariadb":
        return mariadb_by_mysql()
    if name not in BUILT_IN:
        editor_class(name)
    return dialect_of(f"{name}://")


def _comment(text: str) -> str:
    return "\n".join(f"-- {line}" for line in text.splitlines())
