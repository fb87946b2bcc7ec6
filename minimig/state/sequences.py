"""A sequence renamed wherever columns draw from it.

A default may say `sa.Sequence("order_seq").next_value()`, or the same in a database's own words, where the name may
stand inside a string: `nextval('shop.order_seq')`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import sqlalchemy as sa

from minimig.state.from_items import next_value
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, table_key
from minimig.state.values import GENERIC, SqlExpression

_PART = r'(?:"(?:[^"]|"")+"|`[^`]+`|\w+)'
_DRAWN = re.compile(rf"(\bnextval\s*\(\s*'?|\bnext\s+value\s+for\s+)({_PART}(?:\.{_PART})*)", re.IGNORECASE)
_SPLIT = re.compile(_PART)


def with_renamed_sequence(state: SchemaState, key: str, new_name: str) -> SchemaState:
    """The schema with a sequence renamed, and every column that draws from it following."""
    old = state.object(key)
    renamed = _Renamed(old.name, old.schema, new_name)
    tables = {name: renamed.table(table) for name, table in state.tables.items()}
    return state.with_changed_object(key, replace(old, name=new_name)).with_tables(tables)


@dataclass(frozen=True)
class _Renamed:
    old: str
    schema: str | None
    new: str

    def table(self, table: TableState) -> TableState:
        changed = {name: new for name, c in table.columns.items() if (new := self.column(c)) != c}
        return replace(table, columns={**table.columns, **changed}) if changed else table

    def column(self, column: ColumnState) -> ColumnState:
        drawn = column.sequence == table_key(self.old, self.schema)
        return replace(
            column,
            default=column.default and self.default(column.default),
            sequence=table_key(self.new, self.schema) if drawn else column.sequence,
        )

    def default(self, default: SqlExpression) -> SqlExpression:
        if isinstance(default.element, sa.sql.functions.next_value):
            sequence = default.element.sequence
            same = (sequence.name, sequence.schema) == (self.old, self.schema)
            return next_value(self.new, self.schema) if same else default
        text = _DRAWN.sub(self._drawn, default.text)
        return default if text == default.text else SqlExpression(text)

    def _drawn(self, match: re.Match[str]) -> str:
        parts = _SPLIT.findall(match[2])
        names = [_plain(part) for part in parts]
        schema = names[-2] if len(names) > 1 else None
        if names[-1] != self.old or (schema != self.schema and schema is not None and self.schema is not None):
            return match[0]
        new = f"`{self.new}`" if parts[-1][0] == "`" else GENERIC.identifier_preparer.quote(self.new)
        return match[1] + ".".join([*parts[:-1], new])


def _plain(part: str) -> str:
    if part[0] in '"`':
        return part[1:-1].replace(part[0] * 2, part[0])
    return part.lower()
