"""PostgreSQL: it parses whatever it is given and prints it again in its own, very explicit, words.

`'draft'` becomes `'draft'::character varying`, FLOAT becomes DOUBLE PRECISION, an identity tells all its options. The
frequent cases are undone here; CHECKs, predicates and the like are left to `probe`, which lets the server print both.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from minimig.dialects.normalizer import Normalizer, plain_type
from minimig.dialects.sqltext import canonical
from minimig.state.objects import FunctionState, ObjectState
from minimig.state.parts import IdentityState, IndexState, PrimaryKeyState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression

_CAST = re.compile(r"""('(?:[^']|'')*')(?:::[a-z_"][\w\s".,()]*(?:\[\])*)+""")
_PLAIN_ORDER = re.compile(r" asc$| nulls last$| asc nulls last$")
_TRUE, _FALSE = {"true", "'t'", "'true'", "'1'", "'yes'", "'on'"}, {"false", "'f'", "'false'", "'0'", "'no'", "'off'"}
_NOW = {"now()", "current_timestamp", "transaction_timestamp()"}
_INTEGERS = {"SMALLINT": 2**15, "INTEGER": 2**31, "BIGINT": 2**63}


class PostgreSQLNormalizer(Normalizer):
    """PostgreSQL's spelling."""

    names_primary_keys: ClassVar[bool] = True
    supports_identity: ClassVar[bool] = True
    supports_match: ClassVar[bool] = True
    merges_uniques: ClassVar[bool] = True
    object_kinds: ClassVar[tuple[type[ObjectState], ...]] = (*Normalizer.object_kinds, FunctionState)
    materializes_views: ClassVar[bool] = True
    ignored_options: ClassVar[frozenset[str]] = frozenset(["postgresql_concurrently", "postgresql_tablespace"])

    @property
    def default_schema(self) -> str:
        return self.dialect.default_schema_name or "public"

    # --- columns ------------------------------------------------------------------------------------------------------

    def type_synonym(self, text: str, type_: TypeEngine[Any]) -> str:
        native = plain_type(type_.dialect_impl(self.dialect))
        if isinstance(native, sa.ARRAY):
            return f"{self.type_text(native.item_type)}[]"  # the number of dimensions is not kept
        if isinstance(native, postgresql.ENUM):
            labels = ", ".join(self.spelling.string(label) for label in native.enums)
            schema = self.schema(native.schema)
            return f"{schema + '.' if schema else ''}{native.name} ENUM ({labels})"
        if isinstance(native, postgresql.INTERVAL):
            return text.upper()
        return _scalar(text)

    def default_text(self, text: str, type_: TypeEngine[Any]) -> str:
        text = canonical(text)
        cast = _CAST.fullmatch(text)
        text = cast[1] if cast else text
        if isinstance(plain_type(type_), sa.Boolean):
            return "true" if text in _TRUE else "false" if text in _FALSE else text
        if text in _NOW:
            return "current_timestamp"
        if text.startswith("nextval("):
            return text.replace("::regclass", "")
        return super().default_text(text, type_)

    def persisted(self, persisted: bool | None) -> bool:
        """Virtual columns came with PostgreSQL 18, and became the default there."""
        version: tuple[Any, ...] | None = getattr(self.dialect, "server_version_info", None)
        return version is None or version < (18,) if persisted is None else persisted

    def identity(self, identity: IdentityState, type_: str) -> IdentityState:
        given = dict(identity.options)
        limit = _INTEGERS.get(type_, 2**63)
        increment = given.get("increment") or 1
        lowest, highest = (1, limit - 1) if increment > 0 else (-limit, -1)
        full = {
            "increment": increment,
            "minvalue": lowest if given.get("minvalue") is None else given["minvalue"],
            "maxvalue": highest if given.get("maxvalue") is None else given["maxvalue"],
            "cycle": bool(given.get("cycle")),
            "cache": given.get("cache") or 1,
        }
        full["start"] = given.get("start", full["minvalue"] if increment > 0 else full["maxvalue"])
        return IdentityState(identity.always, tuple(sorted(full.items())))

    # --- keys and indexes ---------------------------------------------------------------------------------------------

    def primary_key(self, key: PrimaryKeyState, table: TableState) -> PrimaryKeyState:
        """`posts_pkey` is the name the server gives."""
        key = super().primary_key(key, table)
        return PrimaryKeyState(key.columns, None, key.options) if key.name == f"{table.name}_pkey" else key

    def index(self, index: IndexState, table: TableState) -> IndexState:
        index = super().index(index, table)
        options = tuple((k, v) for k, v in index.options if (k, v) != ("postgresql_using", "btree"))
        return IndexState(index.name, index.elements, index.unique, options)

    def element(self, element: str | SqlExpression, table: TableState) -> str | SqlExpression:
        """ASC NULLS LAST and DESC NULLS FIRST are what nothing and DESC mean."""
        found = super().element(element, table)
        if isinstance(found, str):
            return found
        text = found.text.removesuffix(" nulls first") if " desc" in found.text else _PLAIN_ORDER.sub("", found.text)
        return found if text == found.text else super().element(SqlExpression(text), table)

    def option(self, value: Any) -> Any:
        """Storage parameters are reported as text, access methods in small letters."""
        value = super().option(value)
        if isinstance(value, str):
            return value.lower() if value.isupper() else value
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _scalar(text: str) -> str:
    """Another word for the same type."""
    if text == "FLOAT":
        return "DOUBLE PRECISION"
    if text.startswith("FLOAT("):
        return "REAL" if int(text[6:-1]) <= 24 else "DOUBLE PRECISION"
    if text.startswith(("DECIMAL", "NUMERIC")):
        numeric = text.replace("DECIMAL", "NUMERIC")
        return numeric.replace(")", ", 0)") if "(" in numeric and "," not in numeric else numeric
    return {"CHAR": "CHAR(1)", "BIT": "BIT(1)", "DOUBLE": "DOUBLE PRECISION"}.get(text, text)
