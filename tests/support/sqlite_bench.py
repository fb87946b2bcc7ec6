"""A SQLite file, the state that its migrations say it is in, and what a test does to both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from minimig.dialects.sqlite.editor import SQLiteEditor
from minimig.dialects.sqlite.reader import SQLiteReader
from minimig.operations.base import Operation
from minimig.state.reflection import reflect
from minimig.state.schema import SchemaState


class Recording:
    """Sends statements to a connection and keeps them."""

    def __init__(self, connection: sa.Connection | None) -> None:
        self.connection = connection
        self.sent: list[str] = []

    def execute(
        self, statement: str | sa.ClauseElement, parameters: Mapping[str, Any] | None = None, options: object = None
    ) -> None:
        """Keep and send one statement."""
        self.sent.append(str(statement))
        if self.connection is None:
            return
        if isinstance(statement, str) and parameters is None:
            self.connection.exec_driver_sql(statement)
        else:
            text = sa.text(statement) if isinstance(statement, str) else statement
            self.connection.execute(text, parameters or {})  # type: ignore[call-overload]


class Bench:
    """A database, and the state that its migrations say it is in."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.state = SchemaState()

    @contextmanager
    def transaction(self, *, enforced: bool = False) -> Iterator[sa.Connection]:
        """A real transaction, foreign keys enforced or not."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA foreign_keys = {int(enforced)}")
            connection.rollback()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    def migrate(self, *operations: Operation, enforced: bool = False) -> list[str]:
        """Run operations in one transaction; gives the statements that were sent."""
        with self.transaction(enforced=enforced) as connection:
            return self.run(connection, operations)

    def step(self, *operations: Operation) -> list[str]:
        """Run operations as the executor runs a migration: watched, in SQLite's own kind of transaction."""
        with self.engine.connect() as connection, SQLiteEditor.transaction(connection):
            return self.run(connection, operations)

    def run(self, connection: sa.Connection, operations: Sequence[Operation]) -> list[str]:
        """Run operations on a connection, through one editor."""
        output = Recording(connection)
        self.state = drive(SQLiteEditor(connection.dialect, output), self.state, operations)
        return output.sent

    def adopt(self) -> None:
        """Let the state be what reflection sees in the database."""
        with self.engine.connect() as connection:
            self.state = reflect(connection, SQLiteReader())

    def sql(self, *statements: str) -> None:
        """Do something that the migrations do not know of."""
        with self.transaction() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives, on a connection of its own."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def master(self, name: str) -> str:
        """The SQL that the database keeps of a table, index, trigger or view; empty when there is none."""
        found = self.rows(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")
        return found[0][0] if found else ""


def drive(editor: SQLiteEditor, state: SchemaState, operations: Sequence[Operation]) -> SchemaState:
    """Hand operations to an editor, one after the other; gives the state after them."""
    for operation in operations:
        after = operation.state_forwards(state)
        operation.execute(editor, state, after)
        state = after
    editor.finish()
    return state


def rebuilds(sent: Sequence[str]) -> int:
    """How many tables were built anew."""
    return sum("_minimig_" in statement and "CREATE TABLE" in statement for statement in sent)
