"""What SQLite itself says of a table, so that nobody has to believe what a CREATE TABLE was taken for.

`Told` is what PRAGMAs tell, of a table in a database or in a scratch one. `Facts` is that and what can only be found by
trying, in a scratch database in memory in which nothing else is: affinities, collations, CHECKs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from minimig.dialects.sqlite.create_sql import TableText
from minimig.dialects.sqlite.driver import scratch

Row = tuple[Any, ...]
Ask = Callable[[str], Sequence[Row]]

_NAME, _TYPE, _NOT_NULL, _DEFAULT = 1, 2, 3, 4
"""Places in a row of PRAGMA table_xinfo."""

_CHECK_FAILS = 275
"""SQLITE_CONSTRAINT_CHECK (SQLite manual, "Result and Error Codes")."""


@dataclass(frozen=True)
class Told:
    """What PRAGMAs tell of a table: columns, the indexes that its constraints made, foreign keys."""

    columns: tuple[Row, ...]
    indexes: tuple[Row, ...]
    keys: tuple[Row, ...]

    @classmethod
    def of(cls, connection: sa.Connection, schema: str, name: str) -> Told:
        """A table of a live database."""
        return cls._by(lambda sql: [tuple(row) for row in connection.exec_driver_sql(sql)], schema, name)

    @classmethod
    def _by(cls, ask: Ask, schema: str, name: str) -> Told:
        place = f"PRAGMA {_quote(schema)}"
        made = sorted(row[1:] for row in ask(f"{place}.index_list({_quote(name)})") if row[3] != "c")
        indexes = tuple((*row, *ask(f"{place}.index_xinfo({_quote(row[0])})")) for row in made)
        keys: dict[int, Row] = {}
        for number, *row in ask(f"{place}.foreign_key_list({_quote(name)})"):
            keys[number] = (*keys.get(number, ()), tuple(row))
        return cls(tuple(ask(f"{place}.table_xinfo({_quote(name)})")), indexes, tuple(sorted(keys.values(), key=repr)))

    def default(self, column: str) -> str | None:
        """The default of a column, as it is written."""
        return next((row[_DEFAULT] for row in self.columns if row[_NAME] == column), None)


@dataclass(frozen=True)
class Facts:
    """All that SQLite makes of a CREATE TABLE."""

    told: Told
    affinities: tuple[str, ...]
    collations: tuple[str, ...]
    checks: int
    kind: tuple[Row, ...]
    """STRICT, WITHOUT ROWID, AUTOINCREMENT."""

    @classmethod
    def of(cls, connection: sa.Connection, create: str, name: str) -> Facts | None:
        """Of a table that is not there; None when SQLite cannot make it on its own, without what the program adds."""
        module: Any = connection.dialect.dbapi
        with closing(scratch(connection)) as trial:
            trial.text_factory = lambda raw: raw.decode(errors="surrogateescape")  # EXPLAIN shows a BLOB as it is
            try:
                trial.execute(create)
                return cls._by(lambda sql: trial.execute(sql).fetchall(), name)
            except module.Error:
                return None

    @classmethod
    def _by(cls, ask: Ask, name: str) -> Facts:
        told, table = Told._by(ask, "main", name), _quote(name)  # noqa: SLF001 - these two are one thing
        kind = tuple(ask("SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'"))
        kind += tuple(ask(f"PRAGMA table_list({table})"))  # nothing before SQLite 3.37, which has no STRICT
        stops = [row for row in ask(f"EXPLAIN INSERT INTO {table} DEFAULT VALUES") if row[1] == "Halt"]
        # A table made from a query gets, for each column, a type that stands for its affinity.
        ask(f"CREATE TABLE _minimig_affinities AS SELECT * FROM {table}")
        affinities = ask("PRAGMA table_info(_minimig_affinities)")
        ask(f"CREATE INDEX _minimig_collations ON {table} ({', '.join(_quote(row[_NAME]) for row in told.columns)})")
        collations = ask("PRAGMA index_xinfo(_minimig_collations)")
        return cls(
            told=told,
            affinities=tuple(row[_TYPE] for row in affinities),
            collations=tuple(row[4] for row in collations),
            checks=sum(row[2] == _CHECK_FAILS for row in stops),
            kind=kind,
        )

    def becomes(self, other: Facts, live: TableText, built: TableText) -> bool:
        """Whether the table of `live`, whose facts these are, and `other`, that of `built`, differ as these texts do.

        In the type, NOT NULL and default of the columns for which the texts do, and in CHECKs and keys that go.
        """
        old, new = self.told, other.told
        return (
            len(old.columns) == len(new.columns) == len(live.columns) == len(built.columns)
            and _apart_from(old, live, built) == _apart_from(new, live, built)
            and not Counter(new.keys) - Counter(old.keys)
            and (len(old.keys), self.checks) == (_count(live, "foreign key"), _count(live, "check"))
            and (len(new.keys), other.checks) == (_count(built, "foreign key"), _count(built, "check"))
            and replace(self, told=new, checks=other.checks) == other
        )


def _apart_from(told: Told, live: TableText, built: TableText) -> tuple[object, ...]:
    """What may not change, in a form that can be compared."""
    rows: list[Row] = []
    for row, old, new in zip(told.columns, live.columns, built.columns, strict=True):
        changes = {_TYPE: old.type != new.type}
        changes |= {at: old.clause(kind) != new.clause(kind) for at, kind in _FACETS.items()}
        rows.append(tuple(None if changes.get(at) else value for at, value in enumerate(row)))
    return rows, told.indexes


_FACETS = {_NOT_NULL: "not null", _DEFAULT: "default"}


def _count(table: TableText, kind: str) -> int:
    return sum(clause.kind == kind for clause in table.all_constraints())


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
