"""What a project changes about comparing, in one frozen value: what counts, what is the same, which rules look.

`minimig.autogenerate.autodetector.diff` takes it, and `minimig.diff`; the commands make it from the `Environment`. The
defaults change nothing. (In Alembic these are arguments of `context.configure` and registries that plugins fill.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.autogenerate.rules.objects import objects
from minimig.autogenerate.rules.order import RULES, Rule
from minimig.errors import HookError
from minimig.operations.alter_column import alter_column
from minimig.operations.base import Operation
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.seen import Include, Keep, included, kept
from minimig.state.tables import TableState


def operations_of(rule: Callable[..., Iterable[Operation]], *arguments: object) -> list[Operation]:
    """What a rule finds. Raises HookError for what is no operation: a project may have rules of its own."""
    found: object = rule(*arguments)
    given: list[Any] = list(found) if isinstance(found, Iterable) else [found]
    for operation in given:
        if not isinstance(operation, Operation):
            raise HookError(
                f"the rule {getattr(rule, '__qualname__', rule)} gave {operation!r} of type {type(operation).__name__}"
                " instead of an operation",
                hint="a rule yields operations, or returns a list of them; an empty one where it finds nothing",
            )
    return given


@dataclass(frozen=True)
class ComparedColumn:
    """The column that a question is about, as it is called now; `dialect` is None while no database is meant."""

    table: str
    column: str
    dialect: sa.Dialect | None = None

    @property
    def key(self) -> str:
        """`users.email`, or `shop.users.email`."""
        return f"{self.table}.{self.column}"


SchemaRule = Callable[[SchemaState, SchemaState], Iterable[Operation]]
"""Compares two whole states, renames applied, and gives the operations that lead from the first to the second."""

SameType = Callable[[ComparedColumn, TypeEngine[Any], TypeEngine[Any]], bool | None]
SameDefault = Callable[[ComparedColumn, str | None, str | None], bool | None]

SCHEMA_RULES: tuple[SchemaRule, ...] = (objects,)
"""minimig's own: views, functions, triggers and the other things that are no tables."""


@dataclass(frozen=True)
class Hooks:
    """What counts, when two things are the same, and which rules look for differences.

    `include(kind, name)` and `keep(kind, name, item)` are told in `minimig.state.seen`. `same_type(column, old, new)`
    and `same_default(column, old, new)` answer True: take the new for the old; False: they differ; None: decide by
    yourself. Types are SQLAlchemy's, defaults are SQL, None where there is none.
    """

    include: Include | None = None
    keep: Keep | None = None
    same_type: SameType | None = None
    same_default: SameDefault | None = None
    rules: tuple[Rule, ...] = RULES
    schema_rules: tuple[SchemaRule, ...] = SCHEMA_RULES
    dialect: sa.Dialect | None = None

    @property
    def own_rules(self) -> bool:
        """Whether rules are minimig's alone, to which equal states are no matter of interest."""
        return self.rules == RULES and self.schema_rules == SCHEMA_RULES

    def seen(self, *states: SchemaState) -> tuple[SchemaState, ...]:
        """The states without what does not count, by name and by content."""
        return kept(self.keep, *(included(self.include, state) for state in states))

    def settled(self, before: SchemaState, after: SchemaState) -> tuple[SchemaState, list[Operation]]:
        """`after` with types and defaults that are declared the same as before, and what tells of declared differences.

        An operation tells of a difference where the two are equal and were said not to be: no rule would see that.
        """
        if self.same_type is None and self.same_default is None:
            return after, []
        tables: dict[str, TableState] = {}
        told: list[Operation] = []
        for key in sorted(after.tables.keys() & before.tables.keys()):
            old, new = before.tables[key], after.tables[key]
            columns = dict(new.columns)
            for name in (name for name in new.columns if name in old.columns):
                columns[name], differing = self._column(key, old.columns[name], new.columns[name])
                if differing:
                    told.append(alter_column(new.name, name, differing, follow=False, schema=new.schema))
            if any(columns[name] is not column for name, column in new.columns.items()):
                tables[key] = replace(new, columns=columns)
        return after.with_tables({**after.tables, **tables}), told

    def _column(self, table: str, old: ColumnState, new: ColumnState) -> tuple[ColumnState, dict[str, Any]]:
        """The new column as it is to be compared, and what of it was said to differ though it does not."""
        place = ComparedColumn(table, new.name, self.dialect)
        differing: dict[str, Any] = {}
        if self.same_type is not None:
            same = self.same_type(place, old.type.sa_type, new.type.sa_type)
            if same is False and old.type == new.type:
                differing["type"] = new.type
            elif same and old.type != new.type:
                new = replace(new, type=old.type)
        if self.same_default is not None and (old.default or new.default):
            same = self.same_default(place, _text(old), _text(new))
            if same is False and old.default == new.default:
                differing["default"] = new.default
            elif same and old.default != new.default:
                new = replace(new, default=old.default)
        return new, differing


def _text(column: ColumnState) -> str | None:
    return None if column.default is None else column.default.text


NO_HOOKS = Hooks()
