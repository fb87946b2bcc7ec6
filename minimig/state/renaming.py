"""One column renamed wherever the parts of a table speak of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from minimig.state.expressions import rename_in
from minimig.state.options import Pairs, names_columns
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ConstraintState,
    ExcludeState,
    ForeignKeyState,
    IndexState,
    Options,
)
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
        options = self.options(constraint.options)
        if isinstance(constraint, CheckState):
            return replace(constraint, expression=self.expression(constraint.expression), options=options)
        if isinstance(constraint, ExcludeState):
            elements = tuple((self.element(element), operator) for element, operator in constraint.elements)
            return replace(constraint, elements=elements, options=options)
        renamed = replace(constraint, columns=self.names(constraint.columns), options=options)
        if isinstance(renamed, ForeignKeyState) and renamed.target == table:
            return replace(renamed, target_columns=self.names(renamed.target_columns))
        return renamed

    def index(self, index: IndexState) -> IndexState:
        elements = tuple(self.element(element) for element in index.elements)
        return replace(index, elements=elements, options=self.options(index.options))

    def element(self, element: str | SqlExpression) -> str | SqlExpression:
        return self.name(element) if isinstance(element, str) else self.expression(element)

    def options(self, options: Options) -> Options:
        return tuple((name, self.option(name, value)) for name, value in options)

    def option(self, name: str, value: Any) -> Any:
        if isinstance(value, SqlExpression):
            return self.expression(value)
        if isinstance(value, Pairs):
            return Pairs(sorted((self.name(key), each) for key, each in value))
        return self.names(value) if names_columns(name) and isinstance(value, tuple) else value
