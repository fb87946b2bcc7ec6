"""A side of a comparison: one word that leads to a schema.

In: a project and a word, `models`, `database`, a URL, a revision, `head`, or the file of a snapshot. Out: a `Side`,
which holds a state, or the connection to a database whose state depends on whom it is compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from minimig.commands.connecting import connected
from minimig.commands.project import Project
from minimig.dialects.registry import dialect_of
from minimig.environment import engine_for, import_path
from minimig.errors import RevisionFileError, TargetError
from minimig.revisions.identifiers import resolve
from minimig.revisions.snapshots import read_snapshot
from minimig.runtime.recorder import revisions
from minimig.state.schema import SchemaState
from minimig.urls import anchor_sqlite, choose_driver, mask_url

WORDS = ("models", "database", "current", "head", "zero")


@dataclass(frozen=True)
class Side:
    """Where a schema comes from. `state` is in the words of `dialect`, if it has one; a live side has a connection.

    `final_names` is said of revision files: their operations call each constraint by its name, whoever chose that.
    """

    name: str
    state: SchemaState = field(default_factory=SchemaState)
    dialect: sa.Dialect | None = None
    connection: sa.Connection | None = None
    final_names: bool = False


def open_side(project: Project, word: str, folder: Path, stack: ExitStack) -> Side:
    """The side that a word names; what it holds open is closed with `stack`. Files are looked for in `folder`.

    Raises TargetError for a word that names nothing, and what reading models, files or a database raises.
    """
    if word == "models":
        return Side("the models", project.models.state)
    if word == "database":
        return _live(f"database {project.database_name}", stack.enter_context(project.connect()))
    if "://" in word:
        return _at_url(word, folder, stack)
    if word in ("zero", "base"):
        return Side("nothing")
    path = folder / word
    if path.suffix == ".py" or path.is_file():
        with import_path(project.settings.root):
            return _saved(path)
    return _revision(project, word)


def state_after(project: Project, revisions: Sequence[str]) -> SchemaState:
    """The schema after these revisions, which are in the order of the graph; after all of them it may be known."""
    if not project.graph.conflicts() and tuple(revisions) == project.graph.order():
        return project.files_state
    return project.state_after(revisions)


def engines_of(project: Project, words: Iterable[str], folder: Path) -> list[sa.Engine]:
    """The engines that `open_side` will connect to for these words; a URL gets one of its own each time."""
    found: list[sa.Engine] = []
    for word in words:
        if "://" in word:
            found.append(engine_for(anchor_sqlite(choose_driver(word), folder)))
        elif word in ("database", "current") or word.startswith(("+", "-")):
            found.append(project.engine)
    return found


def _live(name: str, connection: sa.Connection) -> Side:
    return Side(name, dialect=connection.dialect, connection=connection)


def _at_url(url: str, folder: Path, stack: ExitStack) -> Side:
    engine = engine_for(anchor_sqlite(choose_driver(url), folder))
    file = engine.url.database or ""
    is_file = engine.dialect.name == "sqlite" and file not in ("", ":memory:") and not file.startswith("file:")
    if is_file and not Path(file).exists():  # SQLite would make an empty one, and everything would be missing in it
        raise TargetError(f"there is no database {file}", hint="is the path right? nothing was made")
    stack.callback(engine.dispose)
    return _live(f"database {mask_url(url)}", stack.enter_context(connected(engine)))


def _saved(path: Path) -> Side:
    if not path.is_file():
        raise TargetError(
            f"there is no file {path.name}",
            where=str(path.parent),
            hint=f"write one with: minimig snapshot models -o {path.name}",
        )
    try:
        found = read_snapshot(path)
    except RevisionFileError as error:
        raise RevisionFileError(
            f"{path.name} is no snapshot: {error.message}",
            where=error.where,
            hint=f"write one with: minimig snapshot models -o {path.stem}_snapshot.py",
        ) from error
    dialect = None if found.dialect is None else dialect_of(f"{found.dialect}://")
    return Side(f"snapshot {path.name}", found.state, dialect)


def _revision(project: Project, word: str) -> Side:
    """A revision with all that it needs, the heads of all apps, or what the database has had."""
    relative = word[0] in "+-"
    applied: frozenset[str] = frozenset()
    if relative or word == "current":
        with project.connect() as connection:
            rows = project.applied(connection)
        project.refuse_unknown(rows)
        applied = revisions(rows)
    graph = project.graph_at(applied, word)
    if word == "current":
        wanted = graph.effective(applied) & graph.headers.keys()
    else:
        try:
            target = resolve(graph, applied, None, word)
        except TargetError as error:
            words = f"a side is {', '.join(WORDS)}, a revision, a URL, or the file of a snapshot"
            raise TargetError(
                error.message, where=error.where, hint=f"{error.hint}; {words}", code=error.code
            ) from error
        ends = [target.revision] if target.revision else graph.heads() if target.everything else []
        wanted = graph.ancestors(ends)
    state = state_after(project, graph.order(wanted))
    name = {"current": "the applied revisions", "head": "the revision files"}.get(word, word)
    return Side(name, state, final_names=True)
