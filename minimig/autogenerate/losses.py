"""What would lose values is asked about: tables and columns that go, narrower types, one value for a unique column.

In go the differences as the rules found them, with what was decided about renames; out come the same operations, some
with SQL that the answers gave. Nothing is asked about a computed column, which holds no values of its own, nor about
columns of a table that goes, nor about what was a candidate for a rename and is dropped for that reason.

Django and Alembic drop, narrow and fill without a word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from minimig.autogenerate.narrowing import narrower
from minimig.autogenerate.questioner import Questioner, Reason
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.columns import AddColumn, DropColumn
from minimig.operations.keep import Keep
from minimig.operations.tables import DropTable
from minimig.state.expressions import has_subquery, names_in
from minimig.state.parts import ColumnState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


def confirmed(
    changes: Sequence[Operation],
    before: SchemaState,
    after: SchemaState,
    questioner: Questioner,
    decided: Collection[str] = (),
) -> list[Operation]:
    """The changes, each that loses values after a question; `decided` are full names of what is known to be dropped."""
    asking = _Asking(before, after, questioner, decided)
    return [asking.about(change) for change in changes]


class _Asking:
    def __init__(
        self, before: SchemaState, after: SchemaState, questioner: Questioner, decided: Collection[str]
    ) -> None:
        self._before = before
        self._after = after
        self._ask = questioner
        self._decided = decided

    def about(self, change: Operation) -> Operation:
        if isinstance(change, DropTable):
            self._table_goes(change.key)
        elif isinstance(change, DropColumn):
            self._column_goes(change.key, self._before[change.key].columns[change.column])
        elif isinstance(change, AddColumn):
            return self._added(change)
        elif isinstance(change, AlterColumn):
            return self._altered(change)
        return change

    def _table_goes(self, key: str) -> None:
        if key in self._after.tables:  # made anew, because none of its columns stays
            for column in self._before[key].columns.values():
                self._column_goes(key, column)
        elif key not in self._decided:
            self._ask.drop_table(self._before[key])

    def _column_goes(self, key: str, column: ColumnState) -> None:
        if column.computed is None and f"{key}.{column.name}" not in self._decided:
            stays = column.name in self._after[key].columns
            self._ask.drop_column(key, column, Reason.COMPUTED if stays else Reason.GONE)

    def _added(self, change: AddColumn) -> Operation:
        column, table = change.column, self._after[change.key]
        value = change.fill or (column.default.text if column.default else None)
        sql = self._only_value(table, column, value)
        return change if sql is None else change.having(fill=sql)

    def _altered(self, change: AlterColumn) -> Operation:
        table = self._after[change.key]
        old, new = self._before[change.key].columns[change.column], table.columns[change.column]
        using, fill = change.using, self._only_value(table, new, change.fill) or change.fill
        if not isinstance(change.type, Keep) and old.computed is None and using is None:
            loss = narrower(old.type, new.type)
            using = None if loss is None else self._ask.convert(table, old, new, loss)
        return change.having(fill=fill, using=using)

    def _only_value(self, table: TableState, column: ColumnState, value: str | None) -> str | None:
        """SQL in place of a value that all rows of a unique column would get."""
        if value is None or not _is_constant(value, table) or not _unique_alone(table, column.name):
            return None
        return self._ask.one_value(table, column, value)


_NOW = re.compile(r"(now|current_timestamp)\(\d?\)", re.IGNORECASE)


def _is_constant(sql: str, table: TableState) -> bool:
    """Whether SQL is the same for each row; a call, `gen_random_uuid()`, may differ."""
    if names_in(sql, table.columns) or has_subquery(sql) or sql.strip().upper() == "NULL":
        return False
    return "(" not in re.sub(r"'(?:[^']|'')*'", "", sql) or _NOW.fullmatch(sql.strip()) is not None


def _unique_alone(table: TableState, column: str) -> bool:
    """Whether no two rows may have the same value in this column."""
    keys = [item.columns for item in table.constraints.values() if isinstance(item, UniqueState)]
    keys += [] if table.primary_key is None else [table.primary_key.columns]
    indexes = [item for item in table.indexes.values() if item.unique and item.elements == (column,)]
    whole = [item for item in indexes if not any(name.endswith("_where") for name, _ in item.options)]
    return (column,) in keys or bool(whole)
