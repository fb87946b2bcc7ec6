"""SQLite: it keeps what it was told, word for word, and so little of it counts that there is little to do.

Reported are types as declared (SQLAlchemy maps those it does not know by SQLite's affinity rules), expressions as
written and names of constraints. There are no comments and no identity, and a column that numbers itself looks like
any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.dialects.normalizer import Normalizer
from minimig.dialects.sqlite.clauses import can_count
from minimig.dialects.sqlite.declared import declared_type
from minimig.dialects.sqlite.tokens import without_qualifier
from minimig.state.options import freeze_options
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ConstraintState,
    ExcludeState,
    ForeignKeyState,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.raw_type import RawType
from minimig.state.tables import TableState

Key = TypeVar("Key", PrimaryKeyState, UniqueState)

_COLLATION = re.compile(r' COLLATE (?:"([^"]*)"|(\w+))')


class SQLiteNormalizer(Normalizer):
    """SQLite's spelling."""

    names_constraints: ClassVar[bool] = False
    supports_comments: ClassVar[bool] = False
    rewrites_expressions: ClassVar[bool] = False
    unsaid_options: ClassVar[Mapping[str, str]] = {
        "sqlite_autoincrement": "false",
        "sqlite_strict": "false",
        "sqlite_with_rowid": "true",
    }

    @property
    def default_schema(self) -> str:
        return "main"

    def table(self, table: TableState) -> TableState:
        """A CHECK may name its table before a column; a rebuild leaves that out, because it changes nothing."""
        spelled = super().table(table)
        bare = {name: _unqualified(constraint, table.name) for name, constraint in spelled.constraints.items()}
        useless = {
            "sqlite_autoincrement" if not can_count(table) else "",
            "" if table.primary_key else "sqlite_with_rowid",
        }
        options = tuple(item for item in spelled.options if item[0] not in useless)
        return replace(spelled, constraints=bare, options=options)

    def column(self, column: ColumnState, table: TableState) -> ColumnState:
        """What ON CONFLICT is for NULL is reported as well."""
        spelled = super().column(column, table)
        if not column.options:
            return spelled
        said = dict(column.options).get("sqlite_on_conflict_not_null")
        options = {"sqlite_on_conflict_not_null": self.option(said)} if said and not spelled.nullable else {}
        return replace(spelled, options=freeze_options(options))

    def type_synonym(self, text: str, type_: TypeEngine[Any]) -> str:
        """The type that SQLAlchemy will read back from this text; BINARY is the collation that there always is."""
        if isinstance(type_, RawType) and not text:
            return text
        collation = _COLLATION.search(text)
        name = (collation[1] or collation[2]).upper() if collation else "BINARY"
        declared = _COLLATION.sub("", text).upper()
        # Nothing public knows which words survive: POINT comes back as NUMERIC.
        read_back = declared_type(self.dialect, declared)
        if isinstance(read_back, sa.types.NullType):
            return ""
        collate = f" COLLATE {name}" if name != "BINARY" and isinstance(read_back, sa.String) else ""
        return read_back.compile(dialect=self.dialect) + collate

    def deferrable(
        self, constraint: PrimaryKeyState | UniqueState | ForeignKeyState | ExcludeState
    ) -> tuple[bool | None, str | None]:
        """Only foreign keys can wait."""
        return super().deferrable(constraint) if isinstance(constraint, ForeignKeyState) else (None, None)

    def primary_key(self, key: PrimaryKeyState, table: TableState) -> PrimaryKeyState:
        return super().primary_key(_with_conflict(key, table, "sqlite_on_conflict_primary_key"), table)

    def constraint(self, constraint: ConstraintState, table: TableState) -> ConstraintState:
        if isinstance(constraint, UniqueState):
            constraint = _with_conflict(constraint, table, "sqlite_on_conflict_unique")
        return super().constraint(constraint, table)

    def option(self, value: Any) -> Any:
        """The words of ON CONFLICT are reported in capitals."""
        return value.upper() if isinstance(value, str) else super().option(value)

    def counts(self, column: ColumnState, table: TableState) -> bool:
        return False


def _unqualified(constraint: ConstraintState, table: str) -> ConstraintState:
    if not isinstance(constraint, CheckState):
        return constraint
    said = constraint.expression
    text = without_qualifier(said.text, table)
    return constraint if text == said.text else replace(constraint, expression=replace(said, text=text))


def _with_conflict(key: Key, table: TableState, option: str) -> Key:
    """A key with its options; a column that is one alone may say in its place what ON CONFLICT is."""
    said = dict(table.columns[key.columns[0]].options).get(option) if len(key.columns) == 1 else None
    if said is None:
        return key
    return replace(key, options=freeze_options({"sqlite_on_conflict": said, **dict(key.options)}))
