"""Oracle: numbers are all NUMBER, texts are kept as they were written.

An identity tells all its options, keys without a name are called SYS_C and a number, and there are neither ON UPDATE
nor stored computed columns.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from sqlalchemy.types import TypeEngine

from minimig.dialects.normalizer import Normalizer
from minimig.dialects.sequences import SequenceRules
from minimig.dialects.sqltext import truth
from minimig.state.objects import (
    CustomState,
    FunctionState,
    ObjectState,
    SequenceState,
    TriggerState,
    ViewState,
)
from minimig.state.parts import ColumnState, IdentityState, PrimaryKeyState
from minimig.state.tables import TableState

_NUMBER = re.compile(r"(?:NUMBER|NUMERIC|DECIMAL)\((\d+)(?:, ?(-?\d+))?\)")
_MADE_UP = re.compile(r"sys_c\d+", re.IGNORECASE)
_WORDS = {
    "SMALLINT": "INTEGER",
    "NUMERIC": "INTEGER",
    "DECIMAL": "INTEGER",
    "NUMBER(38, 0)": "INTEGER",
    "DOUBLE PRECISION": "FLOAT(126)",
    "FLOAT": "FLOAT(126)",
    "TIMESTAMP(6)": "TIMESTAMP",
}
_HIGHEST = 10**28 - 1


class OracleNormalizer(Normalizer):
    """Oracle's spelling."""

    supports_restrict: ClassVar[bool] = False
    names_primary_keys: ClassVar[bool] = True
    supports_identity: ClassVar[bool] = True
    materializes_views: ClassVar[bool] = True
    object_kinds: ClassVar[tuple[type[ObjectState], ...]] = (
        ViewState,
        FunctionState,
        TriggerState,
        SequenceState,
        CustomState,
    )
    sequences: ClassVar[SequenceRules] = SequenceRules(
        lowest=1 - 10**27,
        highest=_HIGHEST,
        cache=20,
        no_cycle="NOCYCLE",
        no_cache="NOCACHE",
        types=False,
        alters_all=False,
    )
    rewrites_expressions: ClassVar[bool] = False

    def type_synonym(self, text: str, type_: TypeEngine[Any]) -> str:
        text = _NUMBER.sub(lambda m: f"NUMBER({m[1]}, {m[2] or 0})", text)
        text = text.replace("VARCHAR(", "VARCHAR2(") if text.startswith(("VARCHAR(", "NVARCHAR(")) else text
        return _WORDS.get(text, text)

    def default_text(self, text: str, type_: TypeEngine[Any]) -> str:
        text = super().default_text(text, type_)
        return text if self.dialect.supports_native_boolean else truth(text)

    def persisted(self, persisted: bool | None) -> bool:
        return False

    def counts(self, column: ColumnState, table: TableState) -> bool:
        """Only an identity numbers a column, and that is told."""
        return False

    def primary_key(self, key: PrimaryKeyState, table: TableState) -> PrimaryKeyState:
        key = super().primary_key(key, table)
        made_up = key.name is not None and _MADE_UP.fullmatch(key.name)
        return PrimaryKeyState(key.columns, None, key.options) if made_up else key

    def identity(self, identity: IdentityState, type_: str) -> IdentityState:
        given = {name: value for name, value in identity.options if value is not None}
        defaults = {"increment": 1, "start": 1, "minvalue": 1, "maxvalue": _HIGHEST, "cycle": False, "cache": 20}
        full = {**defaults, "order": False, **given}
        return IdentityState(identity.always, tuple(sorted(full.items())))
