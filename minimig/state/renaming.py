"""One column renamed wherever the parts of a table speak of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from minimig.state.expressions import rename_in
from minimig.state.parts import CheckState, ColumnState, ConstraintState, ForeignKeyState, IndexState
from minimig.state.values import GENERIC, SqlExpression


@dataclass(frozen=True)
class Renamer:
    """Renames one column inside the values that speak of it."""

    old: str
    new: str

    def name(self, name: str) -> str:
        return self.new if name == self.old else name

    def names(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.name(name) for name in names)

    def expression(self, expression: SqlExpression) -> SqlExpression:
        quote = GENERIC.identifier_preparer.quote
        needed = quote(self.old) if quote(self.old) != self.old else None
        text = rename_in(expression.text, self.old, self.new, quote(self.new), needed)
        return expression if text == expression.text else SqlExpression(text)

    def column(self, column: ColumnState) -> ColumnState:
        computed = column.computed and replace(column.computed, expression=self.expression(column.computed.expression))
        if column.name != self.old and computed == column.computed:
            return column
        return replace(column, name=self.name(column.name), computed=computed)

    def constraint(self, constraint: ConstraintState, table: str) -> ConstraintState:
        if isinstance(constraint, CheckState):
            return replace(constraint, expression=self.expression(constraint.expression))
        renamed = replace(constraint, columns=self.names(constraint.columns))
        if isinstance(renamed, ForeignKeyState) and renamed.target == table:
            return replace(renamed, target_columns=self.names(renamed.target_columns))
        return renamed

    def index(self, index: IndexState) -> IndexState:
        elements = tuple(self.name(e) if isinstance(e, str) else self.expression(e) for e in index.elements)
        return replace(index, elements=elements, options=tuple((k, self.option(v)) for k, v in index.options))

    def option(self, value: Any) -> Any:
        if isinstance(value, SqlExpression):
            return self.expression(value)
        if isinstance(value, tuple):
            return tuple(self.option(item) for item in value)
        return self.name(value) if isinstance(value, str) else value
