"""A golden folder: one change of a schema, and what minimig makes of it everywhere.

In goes a folder with two files that people write: `before.py` and `after.py` define `metadata`, and the docstring of
the latter says what changed. Its `renames`, `fills` and `drops`, where it has them, answer the questions that the
change raises; `not_tried` names databases that it is not executed on. Out come the texts of the other files, which a
test compares and `tests/golden/update.py` writes: the revision (`operations.py`), the statements of every dialect, up
and down (`mariadb.sql` ...), and what a comparison with a live database says (`seen.txt`).
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import minimig
from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.narrowing import Loss
from minimig.autogenerate.open_questions import OpenQuestions
from minimig.autogenerate.questioner import Answers
from minimig.autogenerate.way_back import way_back
from minimig.dialects.registry import dialect_of, editor_class
from minimig.errors import MinimigError, UnsupportedError
from minimig.operations.base import Operation
from minimig.revisions.migration import NewMigration
from minimig.revisions.writer import render
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from support.databases import Database

FOLDER = Path(__file__).parents[1] / "golden"
EMPTY = SchemaState()
URLS = {
    "sqlite": "sqlite://",
    "postgresql": "postgresql+psycopg://",
    "mariadb": "mariadb+pymysql://",
    "mysql": "mysql+pymysql://",
    "mssql": "mssql+pyodbc://",
    "oracle": "oracle+oracledb://",
}


class _MayLose(OpenQuestions):
    """Values may be lost: that is asked about elsewhere. Every other question has to be answered by the case."""

    def drop_table(self, table: TableState) -> None:
        """It goes."""

    def drop_column(self, table: str, column: ColumnState, reason: str) -> None:
        """It goes."""

    def convert(self, table: TableState, old: ColumnState, new: ColumnState, loss: Loss) -> str | None:
        """As the database does."""


@dataclass(frozen=True)
class Case:
    """One golden folder."""

    path: Path

    @cached_property
    def before(self) -> sa.MetaData:
        """The models as they were."""
        return runpy.run_path(str(self.path / "before.py"))["metadata"]

    @cached_property
    def _after(self) -> dict[str, Any]:
        return runpy.run_path(str(self.path / "after.py"))

    @property
    def after(self) -> sa.MetaData:
        """The models as they are."""
        return self._after["metadata"]

    @property
    def not_tried(self) -> dict[str, str]:
        """Kinds of database on which it is not executed, and why."""
        return self._after.get("not_tried", {})

    @cached_property
    def ends(self) -> tuple[SchemaState, SchemaState]:
        """Both as states."""
        return minimig.snapshot(self.before), minimig.snapshot(self.after)

    @cached_property
    def up(self) -> list[Operation]:
        """The operations that lead from one to the other. Every answer has to be asked for."""
        said = (self._after.get(name) for name in ("renames", "fills"))
        answers = Answers(*said, self._after.get("drops", ()), otherwise=_MayLose())
        operations = diff(*self.ends, questioner=answers)
        answers.unused()
        return operations

    @cached_property
    def down(self) -> list[Operation]:
        """The way back."""
        return list(way_back(self.up, self.ends[0]))

    def operations(self) -> str:
        """The text of the revision file."""
        return render(NewMigration("golden", f"0002_{self.path.name}", up=tuple(self.up), down=tuple(self.down)))

    def statements(self, dialect: str) -> str:
        """The statements of one dialect in both directions."""
        ways = {"up": (self.up, self.ends[0]), "down": (self.down, self.ends[1])}
        parts = [f"-- {way}\n\n{_paragraphs(dialect_of(URLS[dialect]), *moves)}" for way, moves in ways.items()]
        return "\n".join(parts)

    def expected(self) -> dict[str, str]:
        """The files that need no database, by name."""
        return {"operations.py": self.operations(), **{f"{name}.sql": self.statements(name) for name in URLS}}

    def seen(self, database: Database) -> str:
        """What an empty database, brought to the old models, says to the new ones; walks up and down.

        `seen`; `no difference`, when both are spelled alike there; `not reported`, when they are not, and the database
        does not tell which it has; or that it is refused, with the message. Fails where something is left to be done
        after up or down.
        """
        if database.kind in self.not_tried:
            return f"not tried: {self.not_tried[database.kind]}"
        try:
            with database.engine.connect() as connection:
                word = self._walk(connection)
        finally:
            database.clear()
        return word

    def _walk(self, connection: sa.Connection) -> str:
        before, after = self.ends
        refusal = _refusal(connection, diff(EMPTY, before), EMPTY)
        if refusal:
            return refusal
        word = self._word(connection)
        refusal = _refusal(connection, self.up, before)
        if refusal:
            return word if word == refusal else f"{word}, and the change is {refusal}"
        assert _left(connection, self.after) == []
        _execute(connection, self.down, after)
        assert _left(connection, self.before) == []
        return word

    def _word(self, connection: sa.Connection) -> str:
        try:
            if _left(connection, self.after):
                return "seen"
        except UnsupportedError as error:
            return f"refused: {_sentence(error)}"
        same = minimig.diff(self.before, self.after, dialect=connection.dialect) == []
        return "no difference" if same else "not reported"


def cases() -> list[Case]:
    """All golden folders, by name."""
    return [Case(path.parent) for path in sorted(FOLDER.glob("*/after.py"))]


def _left(connection: sa.Connection, metadata: sa.MetaData) -> list[str]:
    """What a person would read of the differences between a live database and models."""
    found = [operation.describe() for operation in minimig.diff(connection, metadata)]
    connection.rollback()
    return found


def _execute(connection: sa.Connection, operations: Sequence[Operation], before: SchemaState) -> None:
    with editor_class(connection.dialect.name).transaction(connection):
        minimig.apply(connection, operations, before)


def _refusal(connection: sa.Connection, operations: Sequence[Operation], before: SchemaState) -> str:
    """Why the operations cannot be executed; nothing when they were."""
    try:
        _execute(connection, operations, before)
    except UnsupportedError as error:
        return f"refused: {_sentence(error)}"
    except sa.exc.DBAPIError:
        return "refused by the database itself"
    return ""


def _paragraphs(dialect: sa.Dialect, operations: Sequence[Operation], before: SchemaState) -> str:
    try:
        statements = minimig.sql(operations, before, dialect)
    except MinimigError as error:
        return f"-- refused: {_sentence(error)}\n"
    return "\n".join(map(_paragraph, statements)) if statements else "-- nothing to do\n"


def _paragraph(statement: str) -> str:
    lines = f"{statement};".expandtabs(4).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _sentence(error: MinimigError) -> str:
    return " ".join(error.message.split())


def recorded(path: Path) -> dict[str, str]:
    """What `seen.txt` says, by kind of database."""
    return dict(_entries((path / "seen.txt").read_text(encoding="utf-8")))


def record(words: dict[str, str]) -> str:
    """The text of `seen.txt`."""
    return "".join(f"{kind}: {word}\n" for kind, word in words.items())


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        kind, _, word = line.partition(": ")
        yield kind, word
