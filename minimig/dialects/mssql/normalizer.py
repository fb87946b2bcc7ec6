"""SQL Server: many words for few types, and a unique index is the same thing as a unique constraint to the Inspector.

Keys are never deferred, RESTRICT and NO ACTION are one, IDENTITY is a start and an increment. SQLAlchemy's Inspector
reports no CHECKs here, so they are not compared: what the revision files say is taken for true.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

from sqlalchemy.types import TypeEngine

from minimig.dialects.normalizer import Normalizer
from minimig.dialects.sequences import SequenceRules
from minimig.dialects.sqltext import canonical
from minimig.state.objects import (
    CustomState,
    FunctionState,
    NamespaceState,
    ObjectState,
    SequenceState,
    TriggerState,
    ViewState,
)
from minimig.state.parts import CheckState, ColumnState, ConstraintState, IdentityState, UniqueState
from minimig.state.tables import TableState

_COLLATION = re.compile(r" COLLATE \w+")
_FLOAT = re.compile(r"FLOAT\((\d+)\)")
_DECIMAL = re.compile(r"(?:NUMERIC|DECIMAL|DEC)(?:\((\d+)(?:, ?(\d+))?\))?")
_NATIONAL = re.compile(r"NATIONAL (CHARACTER VARYING|CHAR VARYING|CHARACTER|CHAR)")
_MOMENT = re.compile(r"(DATETIME2|DATETIMEOFFSET|TIME)\(7\)")
_ONE = re.compile(r"(N?CHAR|N?VARCHAR|BINARY|VARBINARY)(?=$| )")
_WORDS = {
    "INT": "INTEGER",
    "DOUBLE PRECISION": "FLOAT",
    "BOOLEAN": "BIT",
    "BOOL": "BIT",
    "TEXT": "VARCHAR(max)",
    "NTEXT": "NVARCHAR(max)",
    "IMAGE": "VARBINARY(max)",
    "TIMESTAMP": "ROWVERSION",
}
_NOW = {"getdate()", "sysdatetime()", "now()"}


class MSSQLNormalizer(Normalizer):
    """SQL Server's spelling."""

    names_primary_keys: ClassVar[bool] = True
    supports_identity: ClassVar[bool] = True
    supports_deferrable: ClassVar[bool] = False
    supports_restrict: ClassVar[bool] = False
    type_detail: ClassVar[re.Pattern[str] | None] = _COLLATION
    object_kinds: ClassVar[tuple[type[ObjectState], ...]] = (
        ViewState,
        FunctionState,
        TriggerState,
        SequenceState,
        NamespaceState,
        CustomState,
    )
    sequences: ClassVar[SequenceRules] = SequenceRules(cache=0, from_lowest=True, alters_all=False)
    rewrites_expressions: ClassVar[bool] = False

    @property
    def default_schema(self) -> str:
        return self.dialect.default_schema_name or "dbo"

    def table(self, table: TableState) -> TableState:
        """As everywhere; without CHECKs, and a unique index over plain columns is a unique constraint."""
        table = super().table(table)
        keys = {
            index.name: UniqueState(index.name, tuple(e for e in index.elements if isinstance(e, str)))
            for index in table.indexes.values()
            if index.unique and not index.options and all(isinstance(e, str) for e in index.elements)
        }
        seen: dict[str, ConstraintState] = {
            name: c for name, c in table.constraints.items() if not isinstance(c, CheckState)
        }
        indexes = {name: index for name, index in table.indexes.items() if name not in keys}
        return replace(table, constraints={**seen, **keys}, indexes=indexes)

    def type_synonym(self, text: str, type_: TypeEngine[Any]) -> str:
        collation = _COLLATION.search(text)
        text = _COLLATION.sub("", text)
        national = _NATIONAL.match(text)
        if national is not None:
            text = ("NVARCHAR" if "VARYING" in national[1] else "NCHAR") + text[national.end() :]
        text = _WORDS.get(text.upper(), text)
        text = _FLOAT.sub(lambda m: "REAL" if int(m[1]) <= 24 else "FLOAT", text)
        text = _DECIMAL.sub(lambda m: f"DECIMAL({m[1] or 18}, {m[2] or 0})", text)
        text = _MOMENT.sub(r"\1", text)
        return _ONE.sub(r"\1(1)", text) + (collation[0] if collation else "")

    def default_text(self, text: str, type_: TypeEngine[Any]) -> str:
        text = canonical(text)
        text = text.removeprefix("n ") if text.startswith("n '") else text
        if text in _NOW:
            return "current_timestamp"
        return {"true": "1", "false": "0"}.get(text) or super().default_text(text, type_)

    def identity(self, identity: IdentityState, type_: str) -> IdentityState:
        given = dict(identity.options)
        start, increment = given.get("start"), given.get("increment")
        full = {"increment": 1 if increment is None else increment, "start": 1 if start is None else start}
        return IdentityState(always=False, options=tuple(sorted(full.items())))

    def column(self, column: ColumnState, table: TableState) -> ColumnState:
        """A column that numbers itself is reported with IDENTITY, whatever the models called it."""
        found = super().column(column, table)
        if found.identity is None and found.autoincrement is True:
            return replace(found, identity=self.identity(IdentityState(), ""), autoincrement="auto", nullable=False)
        return found
