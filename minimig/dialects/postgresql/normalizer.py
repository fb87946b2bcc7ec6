"""PostgreSQL: it parses whatever it is given and prints it again in its own, very explicit, words.

`'draft'` becomes `'draft'::character varying`, FLOAT becomes DOUBLE PRECISION, an identity tells all its options. The
frequent cases are undone here; CHECKs, predicates and the like are left to `probe`, which lets the server print both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from minimig.dialects.normalizer import Normalizer
from minimig.dialects.sqltext import canonical
from minimig.state.objects import (
    CollationState,
    ExtensionState,
    FunctionState,
    NamespaceState,
    ObjectState,
    SequenceState,
)
from minimig.state.options import NOT_VALID, Pairs
from minimig.state.parts import ColumnState, ConstraintState, IdentityState, IndexState, Options, PrimaryKeyState
from minimig.state.tables import TableState
from minimig.state.type_parts import plain_type
from minimig.state.values import SqlExpression, SqlType

_CAST = re.compile(r"""('(?:[^']|'')*')(?:::[a-z_"][\w\s".,()]*(?:\[\])*)+""")
_LENGTH = re.compile(r" ?\([\d, ]+\)")
_PLAIN_ORDER = re.compile(r" asc$| nulls last$| asc nulls last$")
_TRUE, _FALSE = {"true", "'t'", "'true'", "'1'", "'yes'", "'on'"}, {"false", "'f'", "'false'", "'0'", "'no'", "'off'"}
_NOW = {"now()", "current_timestamp", "transaction_timestamp()"}
_MOMENTS = {"'now'", "'today'", "'tomorrow'", "'yesterday'"}
"""Moments that PostgreSQL looks up when the column is made: the default is then that very moment for ever."""
_UNLOGGED = "postgresql_unlogged"
_OWN_ENUMS = (sa.Enum, postgresql.ENUM)
_INTEGERS = {"SMALLINT": SqlType.of(sa.SmallInteger), "INTEGER": SqlType.of(sa.Integer)}


class PostgreSQLNormalizer(Normalizer):
    """PostgreSQL's spelling."""

    names_primary_keys: ClassVar[bool] = True
    supports_identity: ClassVar[bool] = True
    supports_match: ClassVar[bool] = True
    merges_uniques: ClassVar[bool] = True
    materializes_views: ClassVar[bool] = True
    unsaid_options: ClassVar[Mapping[str, str]] = {"postgresql_with": str(Pairs()).lower(), _UNLOGGED: "false"}
    ignored_options: ClassVar[frozenset[str]] = frozenset(["postgresql_tablespace"])

    object_kinds: ClassVar[tuple[type[ObjectState], ...]] = (
        *Normalizer.object_kinds,
        NamespaceState,
        ExtensionState,
        CollationState,
        SequenceState,
        FunctionState,
    )

    def __init__(self, dialect: sa.Dialect) -> None:
        super().__init__(dialect)
        self._string = lru_cache(maxsize=1024)(self.spelling.string)

    @property
    def default_schema(self) -> str:
        return self.dialect.default_schema_name or "public"

    def object(self, item: ObjectState) -> ObjectState | None:
        """As everywhere; a collation with what PostgreSQL makes of what was not said."""
        found = super().object(item)
        return collation(found) if isinstance(found, CollationState) else found

    # --- columns ------------------------------------------------------------------------------------------------------

    def type_synonym(self, text: str, type_: TypeEngine[Any]) -> str:
        variants = type_._variant_mapping  # noqa: SLF001 - nothing public tells the variants
        if isinstance(type_, sa.Enum) and type(type_) in _OWN_ENUMS and type_.native_enum and not variants:
            return self._enum(type_)  # as the implementation that SQLAlchemy would build for it would be told
        native = plain_type(type_.dialect_impl(self.dialect))
        if isinstance(native, sa.ARRAY):
            return f"{self.type_text(native.item_type)}[]"  # the number of dimensions is not kept
        if isinstance(native, postgresql.ENUM):
            return self._enum(native)
        if isinstance(native, postgresql.DOMAIN):
            return f"{self._named(native)} DOMAIN {' '.join(self._domain(native))}"
        if isinstance(native, postgresql.INTERVAL):
            return text.upper()
        return _scalar(text)

    def _enum(self, type_: sa.Enum) -> str:
        return f"{self._named(type_)} ENUM ({', '.join(map(self._string, type_.enums))})"

    def _named(self, type_: sa.Enum | postgresql.DOMAIN) -> str:
        schema = self.schema(type_.schema)
        return f"{schema + '.' if schema else ''}{type_.name}"

    def _domain(self, domain: postgresql.DOMAIN) -> Iterator[str]:
        """What a domain is. Its base is told without length, which the Inspector does not report."""
        base = _LENGTH.sub("", self.type_text(domain.data_type))
        yield f"{base} COLLATE {domain.collation}" if domain.collation else base
        if domain.not_null:
            yield "NOT NULL"
        if domain.default is not None:
            said = domain.default
            text = self.spelling.string(said) if isinstance(said, str) else SqlExpression.of(said).compile(self.dialect)
            yield f"DEFAULT {self.default_text(text, domain.data_type)}"
        if domain.check is not None:
            yield f"CHECK {canonical(SqlExpression.of(domain.check).compile(self.dialect))}"

    def default_text(self, text: str, type_: TypeEngine[Any]) -> str:
        text = canonical(text)
        cast = _CAST.fullmatch(text)
        text = cast[1] if cast else text
        if text.lower().startswith("null::"):
            return "null"  # DEFAULT NULL is reported with the type of the column
        if isinstance(plain_type(type_), sa.Boolean):
            return "true" if text in _TRUE else "false" if text in _FALSE else text
        if text in _NOW:
            return "current_timestamp"
        if text.startswith("nextval("):
            return text.replace("::regclass", "")
        return super().default_text(text, type_)

    def alike(self, live: ColumnState, expected: ColumnState) -> ColumnState:
        """What came of `server_default="now"` nobody can say beforehand: any moment will do."""
        live = super().alike(live, expected)
        moment = isinstance(plain_type(expected.type.sa_type), sa.DateTime | sa.Date | sa.Time)
        if moment and expected.default and live.default and expected.default.text in _MOMENTS:
            return replace(live, default=expected.default) if live.default.text.startswith("'") else live
        return live

    def persisted(self, persisted: bool | None) -> bool:
        """Virtual columns came with PostgreSQL 18, and became the default there."""
        version: tuple[Any, ...] | None = getattr(self.dialect, "server_version_info", None)
        return version is None or version < (18,) if persisted is None else persisted

    def identity(self, identity: IdentityState, type_: str) -> IdentityState:
        full = self.sequences.complete((*identity.options, ("data_type", _INTEGERS.get(type_))))
        del full["data_type"]
        return IdentityState(identity.always, tuple(sorted(full.items())))

    # --- keys and indexes ---------------------------------------------------------------------------------------------

    def primary_key(self, key: PrimaryKeyState, table: TableState) -> PrimaryKeyState:
        """`posts_pkey` is the name the server gives."""
        key = super().primary_key(key, table)
        return replace(key, name=None) if key.name == f"{table.name}_pkey" else key

    def index(self, index: IndexState, table: TableState) -> IndexState:
        index = super().index(index, table)
        options = tuple(o for o in index.options if o != ("postgresql_using", "btree"))
        return index if options == index.options else replace(index, options=options)

    def alike_constraint(self, live: ConstraintState, expected: ConstraintState) -> ConstraintState:
        """What may be NOT VALID may have been validated: CREATE TABLE never leaves a constraint unchecked."""
        if NOT_VALID in expected.options and NOT_VALID not in live.options:
            return replace(live, options=tuple(sorted([*live.options, NOT_VALID])))
        return live

    def element(self, element: str | SqlExpression, table: TableState) -> str | SqlExpression:
        """ASC NULLS LAST and DESC NULLS FIRST are what nothing and DESC mean."""
        found = super().element(element, table)
        if isinstance(found, str):
            return found
        text = found.text.removesuffix(" nulls first") if " desc" in found.text else _PLAIN_ORDER.sub("", found.text)
        return found if text == found.text else super().element(SqlExpression(text), table)

    def table_options(self, options: Options) -> Options:
        """Several parents are a list, and so is one; and UNLOGGED is an option."""
        said = dict(options)
        if isinstance(parents := said.get("postgresql_inherits"), str):
            said["postgresql_inherits"] = (parents,)
        if said.get("prefixes") == ("UNLOGGED",):
            said[_UNLOGGED] = True
        return super().table_options(tuple(said.items()))

    def option(self, value: Any) -> Any:
        """Storage parameters are reported as text, access methods in small letters."""
        value = super().option(value)
        if isinstance(value, str):
            return value.lower() if value.isupper() else value
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def collation(item: CollationState) -> CollationState:
    """A collation with all that PostgreSQL reports of it."""
    said = dict(item.options)
    full = {"provider": "libc", "deterministic": True, **said}
    if full["provider"] == "libc" and "locale" in full:
        locale = full.pop("locale")
        full = {"lc_collate": locale, "lc_ctype": locale, **full}
    return CollationState.of(item.name, item.schema, **full)


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
