"""MySQL and MariaDB: a few words for many types, and a unique index is the same thing as a unique constraint.

BOOL is TINYINT(1), NUMERIC is DECIMAL(10, 0), integers may be reported with a display width that means nothing. Keys
are never deferred, RESTRICT and NO ACTION are one, the primary key has no name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from sqlalchemy.types import TypeEngine, UserDefinedType

from minimig.dialects.mysql.text import plain_strings
from minimig.dialects.normalizer import Normalizer
from minimig.dialects.sequences import SequenceRules
from minimig.dialects.sqltext import canonical
from minimig.state.objects import FunctionState, NamespaceState, ObjectState, SequenceState
from minimig.state.options import Pairs
from minimig.state.parts import ConstraintState, IndexState, Options, UniqueState
from minimig.state.tables import TableState

_WIDTH = re.compile(r"^(TINYINT|SMALLINT|MEDIUMINT|INTEGER|BIGINT|YEAR)\(\d+\)")
_DECIMAL = re.compile(r"^(?:NUMERIC|DECIMAL)(?:\((\d+)\))?(?=$| )")
_FLOAT = re.compile(r"^FLOAT\((\d+)\)")
_NOW = re.compile(r"('(?:[^']|'')*')|\b(?:now|current_timestamp|localtimestamp|localtime)\b(?:\(\))?")
_PARTITIONS = re.compile(r"\s*\(\s*(?:sub)?partition\b.*", re.DOTALL)
_CHARSET = re.compile(r" CHARACTER SET \w+| COLLATE \w+")
_QUOTED = re.compile(r"('(?:[^']|'')*')|[^']+")
_ONE = re.compile(r"^(CHAR|BINARY|BIT)(?=$| )")
_WORDS = (("BOOL", "TINYINT(1)"), ("BOOLEAN", "TINYINT(1)"), ("DOUBLE PRECISION", "DOUBLE"), ("REAL", "DOUBLE"))
_TABLE_OPTIONS = {"default charset": "charset", "default_charset": "charset", "character_set": "charset"}
_TABLE_OPTIONS |= {"default_collate": "collate", "default collate": "collate"}


class MySQLNormalizer(Normalizer):
    """The spelling of MySQL and MariaDB."""

    supports_deferrable: ClassVar[bool] = False
    supports_restrict: ClassVar[bool] = False
    type_detail: ClassVar[re.Pattern[str] | None] = _CHARSET
    ignored_options: ClassVar[frozenset[str]] = frozenset(["mysql_using", "mariadb_using"])
    unsaid_options: ClassVar[Mapping[str, str]] = {
        f"{dialect}_{option}": value
        for dialect in ("mysql", "mariadb")
        for option, value in (("row_format", "default"), ("key_block_size", "0"))
    }
    object_kinds: ClassVar[tuple[type[ObjectState], ...]] = (
        *Normalizer.object_kinds,
        NamespaceState,
        SequenceState,
        FunctionState,
    )
    sequences: ClassVar[SequenceRules] = SequenceRules(
        lowest=-(2**63) + 1, highest=2**63 - 2, cache=1000, no_cycle="NOCYCLE", types=False
    )

    def table(self, table: TableState) -> TableState:
        """As everywhere; a unique index over plain columns is a unique constraint."""
        table = super().table(table)
        keys = {
            index.name: UniqueState(index.name, tuple(e for e in index.elements if isinstance(e, str)))
            for index in table.indexes.values()
            if index.unique and not index.options and all(isinstance(e, str) for e in index.elements)
        }
        if getattr(self.dialect, "is_mariadb", False):
            # MariaDB has no NOT NULL for generated columns (manual, "Generated Columns").
            loose = {name: replace(c, nullable=True) for name, c in table.columns.items() if c.computed}
            table = replace(table, columns={**table.columns, **loose})
        constraints: dict[str, ConstraintState] = {**table.constraints, **keys}
        implied = implied_names(table)
        indexes = {
            name: index
            for name, index in table.indexes.items()
            if name not in keys and (index.options or index.elements not in implied.get(name, ()))
        }
        return replace(table, constraints=constraints, indexes=indexes)

    def type_synonym(self, text: str, type_: TypeEngine[Any]) -> str:
        if isinstance(type_, UserDefinedType):  # its case is whoever wrote it; what stands in quotes has a meaning
            text = _QUOTED.sub(lambda m: m[1] or m[0].upper(), text)
        text = text.replace("TINYINT(1)", "BOOL")
        text = _WIDTH.sub(r"\1", text)
        text = _DECIMAL.sub(lambda m: f"DECIMAL({m[1] or 10}, 0)", text)
        text = text.replace("NUMERIC(", "DECIMAL(", 1) if text.startswith("NUMERIC(") else text
        text = _FLOAT.sub(lambda m: "FLOAT" if int(m[1]) <= 24 else "DOUBLE", text)
        text = _ONE.sub(r"\1(1)", text)
        for word, other in _WORDS:
            text = other + text[len(word) :] if text == word or text.startswith(f"{word} ") else text
        return text

    def default_text(self, text: str, type_: TypeEngine[Any]) -> str:
        text = super().default_text(text, type_)
        return {"true": "1", "false": "0"}.get(text) or _NOW.sub(lambda m: m[1] or "current_timestamp", text)

    def tidied(self, sql: str) -> str:
        return canonical(plain_strings(sql))

    def index(self, index: IndexState, table: TableState) -> IndexState:
        """A length that was said once is that of every column."""
        index = super().index(index, table)
        options = tuple((k, _lengths(index, v) if k.endswith("_length") else v) for k, v in index.options)
        return index if options == index.options else replace(index, options=options)

    def telling_options(self, options: Options) -> Options:
        """Without the usual engine, and without character sets, which are the database's as a rule."""
        names = {key: key.partition("_")[2] for key, _ in options}
        told = ((key, value) for key, value in options if names[key] not in (*_TABLE_OPTIONS, "charset", "collate"))
        return tuple((key, value) for key, value in told if (names[key], value) != ("engine", "InnoDB"))

    def table_options(self, options: Options) -> Options:
        prefix = f"{self.dialect.name}_"
        plain = {k.removeprefix(prefix): v for k, v in super().table_options(options)}
        return tuple(sorted((prefix + _TABLE_OPTIONS.get(k, k), _option_value(k, v)) for k, v in plain.items()))

    def action(self, action: str | None) -> str | None:
        """InnoDB reads SET DEFAULT and does nothing with it."""
        found = super().action(action)
        return None if found == "SET DEFAULT" else found


def implied_names(table: TableState) -> dict[str, set[tuple[str, ...]]]:
    """Indexes that InnoDB may have made itself for a foreign key, by name: an index of that name over those columns.

    Nobody can tell whether the models or InnoDB wanted one that is called like the key, or like its first column.
    """
    found: dict[str, set[tuple[str, ...]]] = {}
    for key in table.foreign_keys:
        for name in (key.name, key.columns[0]):
            found.setdefault(name, set()).add(key.columns)
    return found


def _lengths(index: IndexState, said: Any) -> Any:
    return Pairs(sorted((str(e), said) for e in index.elements)) if isinstance(said, int) else said


def _option_value(name: str, value: str) -> str:
    """A table's option: `utf8` is `utf8mb3`; which partitions there are is not reported, only by what."""
    if name.endswith(("charset", "character_set", "collate")):
        return re.sub(r"^utf8(?=_|$)", "utf8mb3", value)
    return canonical(_PARTITIONS.sub("", value)) if name.endswith("partition_by") else value
