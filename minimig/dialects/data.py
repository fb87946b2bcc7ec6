"""What a schema editor does for steps that people write: their SQL, their rows, their functions.

In go statements and rows, out they go to the output; whatever the editor held back is sent before. A dialect overrides
`insert_into` and `insert_rows` where rows need more than an INSERT, for columns that number themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from minimig.dialects.output import REASON, Values
from minimig.dialects.presence import Conditions
from minimig.dialects.rows import Row, delete_batches, insert_batches
from minimig.dialects.run_options import NO_OPTIONS, RunOptions
from minimig.dialects.script import split_script, syntax_of, with_parameters
from minimig.errors import NeedsConnectionError
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState

ITSELF = "it is the operation itself, as this database says it"
"""The reason of a statement that needs no other."""


class DataEditor(Conditions):
    """Standard SQL, sent to `output`. `options` are what a run was given by hand, for a step in Python."""

    options: RunOptions = NO_OPTIONS
    _reason: str = ITSELF

    def connection_for(self, what: str) -> sa.Connection:
        """The live connection, for a step that needs one. Raises NeedsConnectionError while a script is written."""
        self.finish()
        if self.output.connection is None:
            raise NeedsConnectionError(f"{what} needs a live connection and cannot be written as a script")
        return self.output.connection

    def execute(self, statement: str, why: str | None = None) -> None:
        """Send one statement of our own; `why` is for those that the operation does not explain by itself."""
        self.output.execute(statement, options={REASON: why or self._reason})

    @contextmanager
    def because(self, why: str) -> Iterator[None]:
        """Statements that are sent meanwhile, and have no reason of their own, have this one."""
        former, self._reason = self._reason, why
        try:
            yield
        finally:
            self._reason = former

    def hint_for(self, error: sa.exc.DBAPIError) -> str | None:
        """What to do about an error of this database that says too little; None for all others."""
        return None

    # --- SQL ----------------------------------------------------------------------------------------------------------

    def split(self, script: str) -> list[str]:
        """The statements of a script that a person wrote for this database."""
        return split_script(script, syntax_of(self.dialect.name))

    def text(self, statement: str, names: Collection[str]) -> sa.TextClause:
        """SQL text in which `:name` is a parameter for these names, but in strings and comments; no other colon is."""
        return sa.text(with_parameters(statement, names, syntax_of(self.dialect.name)))

    def run_sql(
        self,
        statement: str | sa.ClauseElement,
        parameters: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Send a statement that a person wrote."""
        self.finish()
        self.output.execute(statement, parameters, {REASON: "somebody wrote it into the file", **(options or {})})

    # --- rows ---------------------------------------------------------------------------------------------------------

    def fill(self, table: TableState, column: ColumnState, fill: str, *, only_null: bool) -> None:
        """Give rows their one-off value."""
        name = self.quote(column.name)
        where = f" WHERE {name} IS NULL" if only_null else ""
        why = "the rows that are there already get their value now"
        self.execute(f"UPDATE {self.table(table)} SET {name} = {fill}{where}", why)

    def insert_rows(self, table: TableState, rows: Sequence[Row]) -> None:
        """Insert rows, in order; they may give different columns, and SQL in place of values."""
        self.finish()
        given = {name for row in rows for name in row}
        for statement, values in insert_batches(self.insert_into(table, given), rows):
            self.send_rows(statement, values)

    def delete_rows(self, table: TableState, rows: Sequence[Row]) -> None:
        """Delete rows by their primary key, the last one first."""
        self.finish()
        for statement, values in delete_batches(self.built(table), table.key_or_error().columns, rows):
            self.send_rows(statement, values)

    def change_rows(self, statement: sa.Update) -> None:
        """Send an UPDATE of rows that are there."""
        self.finish()
        self.send_rows(statement, None)

    def rolls_back(self, table: sa.Table) -> bool:
        """Whether rows of this table that were changed come back with the end of a transaction that fails."""
        return True

    def insert_into(self, table: TableState, columns: Collection[str]) -> sa.Insert:
        """INSERT INTO a table, for rows that give some of these columns."""
        return sa.insert(self.built(table))

    def send_rows(self, statement: sa.ClauseElement, values: Values | None) -> None:
        """Send a statement about rows with the values that it is carried out for."""
        self.output.execute(statement, values, {REASON: "the file holds these rows"})
