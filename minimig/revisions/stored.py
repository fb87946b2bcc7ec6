"""A revision as the version table keeps it, so that it can be taken back when its file is gone.

In: a migration and the schema before it. Out: the text of a revision file with what the way back needs and no more:
where it stands, what `up` does to the schema, and `down`, with the functions of its data steps. Reading it back gives a
migration like any other. (Neither Django nor Alembic can go back from a revision whose file they do not have.)
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from minimig.errors import IrreversibleError, RevisionFileError, StateError, WriterError
from minimig.operations.base import Operation
from minimig.operations.run_python import RunPython
from minimig.operations.separate import SeparateStateAndDatabase
from minimig.revisions.carrying import carry
from minimig.revisions.header import read_header
from minimig.revisions.loader import Migration, load_migration
from minimig.revisions.migration import NewMigration
from minimig.revisions.replay import Change, downward
from minimig.revisions.toplevel import bindings
from minimig.revisions.writer import draft
from minimig.state.schema import SchemaState
from minimig.syntax import parsed


@dataclass(frozen=True)
class Stored:
    """A migration read from the version table. Rows of older versions hold `down` alone and are not `complete`."""

    migration: Migration
    complete: bool


def stored_text(migration: Migration, forward: Sequence[Change]) -> str | None:
    """The text to keep of a migration whose way up is known; None without a way back, or where text cannot hold it."""
    header = migration.header
    try:
        back = downward(migration, forward[0].before if forward else SchemaState(), forward)
        # Reversed, this operation remembers a state that its arguments do not tell.
        itself = migration.down is None and any(isinstance(each, SeparateStateAndDatabase) for each in migration.up)
        # Of the way up, the way back has to know what it does to the schema, and no more.
        up = migration.up if itself else tuple(c.operation for c in forward if c.after is not c.before)
        down = () if itself else tuple(_bare(change.operation) for change in back)
        new = NewMigration(
            header.app,
            header.name,
            f"The way back of {header.revision}, as it was applied.",
            dependencies=header.dependencies,
            replaces=header.replaces,
            atomic=header.atomic,
            up=up,
            down=down,
            carried=carry([migration.having(up, down)]),
        )
        return draft(new, reversible_by_itself=itself)
    except (IrreversibleError, StateError, WriterError):
        return None  # a lambda has no text; a `down` that does not fit is what `minimig check` reports


def _bare(operation: Operation) -> Operation:
    """A data step without its reverse, which would be the way up again."""
    return RunPython(operation.code) if isinstance(operation, RunPython) else operation


def read_stored(app: str, name: str, text: str) -> Stored:
    """The migration in a text of the version table, which is run. Raises RevisionFileError for whatever is wrong."""
    place = f"version table, {app}.{name}"
    complete = "up" in _names(text, place)
    try:
        migration = read_text(app, name, text if complete else f"{text}\n\nup = []\n", place)
    except RevisionFileError as error:
        raise RevisionFileError(
            f"what the version table has of {app}.{name} cannot be used: {error.message}",
            where=error.where,
            hint="it needs what is gone as well: put the file back, or undo it by hand",
        ) from error
    return Stored(migration, complete)


def read_text(app: str, name: str, text: str, place: str) -> Migration:
    """The migration in a text that is in no file, which is run. Raises RevisionFileError, which names `place`."""
    with tempfile.TemporaryDirectory(prefix="minimig-") as folder:
        path = Path(folder, f"{name}.py")
        path.write_text(text, encoding="utf-8", newline="\n")
        try:
            migration = load_migration(read_header(path, app))
        except RevisionFileError as error:
            where = (error.where or "").replace(str(path), place)
            raise RevisionFileError(error.message, where=where, hint=error.hint, code=error.code) from error
    return replace(migration, header=replace(migration.header, path=Path(place)))


def _names(text: str, place: str) -> Iterable[str]:
    try:
        return {binding.name for binding in bindings(parsed(text))}
    except (SyntaxError, ValueError) as error:
        raise RevisionFileError(f"the way back that was recorded is no Python: {error}", where=place) from error
