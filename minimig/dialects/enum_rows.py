"""Rows that hold a label of an enum: counted before the label is taken away, updated when it becomes another.

A database would refuse such rows too, or on SQLite keep them, but in words that name neither the column nor the way
out, and on MySQL after half of the columns have changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from minimig.dialects.change import EnumChange
from minimig.dialects.data import DataEditor
from minimig.errors import DatabaseError
from minimig.state.enums import enum_tables
from minimig.state.named_types import Labels
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState

Users = Sequence[tuple[TableState, ColumnState]]


class EnumRows(DataEditor):
    """What a schema editor knows about rows and labels."""

    def refuse_lost_labels(self, change: EnumChange) -> None:
        """Raise DatabaseError, before any statement, when rows hold a label that the enum loses."""
        edit = change.edit
        lost = tuple(label for label in edit.gone if label not in edit.values)
        said = f"replace={{{lost[0]!r}: ...}}" if lost else ""
        self.refuse_rows_holding(
            lost, tuple(_users(change)), f"update those rows before, or say what they become: {said}"
        )

    def refuse_rows_holding(self, labels: Sequence[str], users: Users, hint: str) -> None:
        """Raise DatabaseError when rows of these columns hold one of the labels. A script cannot know."""
        if self.output.connection is None or not labels:
            return
        self.finish()
        holding = []
        for table, column in users:
            sql = f"SELECT count(*) FROM {self.table(table)} WHERE {self.holds_label(column, labels)}"
            found = self.output.connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
            count = found.scalar_one()
            if count:
                holding.append(f"{count} row{'s' if count > 1 else ''} of {table.key}.{column.name}")
        if holding:
            said = " or ".join(map(repr, labels))
            raise DatabaseError(f"{', '.join(holding)} hold {said}, which is taken away", hint=hint)

    def holds_label(self, column: ColumnState, labels: Sequence[str]) -> str:
        """SQL for whether a row holds one of these labels."""
        return f"{self.quote(column.name)} IN ({', '.join(map(self.string, labels))})"

    def both_labels(self, column: ColumnState, before: Labels, after: Labels) -> Labels:
        """What a column takes while its rows change over from the labels of before to those of after."""
        return (*before, *(label for label in after if label not in before))

    def replace_labels(self, table: TableState, column: ColumnState, values: Mapping[str, str]) -> None:
        """Give rows that hold one of these labels another one."""
        name = self.quote(column.name)
        where = self.holds_label(column, tuple(values))
        self.execute(f"UPDATE {self.table(table)} SET {name} = {self.replaced(name, values)} WHERE {where}")

    def replaced(self, value: str, values: Mapping[str, str]) -> str:
        """SQL for a value, or for what it becomes."""
        whens = " ".join(f"WHEN {self.string(old)} THEN {self.string(new)}" for old, new in values.items())
        return f"CASE {value} {whens} ELSE {value} END"


def _users(change: EnumChange) -> Iterator[tuple[TableState, ColumnState]]:
    for table, names in enum_tables(change.before, change.edit.name):
        yield from ((table, table.columns[name]) for name in names)
