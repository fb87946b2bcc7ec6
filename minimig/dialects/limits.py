"""What one database refuses although another takes it: names that meet, keys over computed columns, several identities.

A dialect package has one value of `Limits`; a schema editor names it. In go states, out comes an UnsupportedError.
Alembic and Django find such a thing out from the database, in the middle of a run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import sqlalchemy as sa

from minimig.errors import UnsupportedError
from minimig.state.objects import SequenceState, ViewState
from minimig.state.schema import SchemaState
from minimig.state.shared import differing
from minimig.state.tables import TableState

NamedKind = Literal["table", "view", "sequence", "index", "primary_key", "unique", "foreign_key", "check", "exclude"]
"""What has a name that may meet another one; those of constraints are their own `kind`."""


@dataclass(frozen=True)
class Namespace:
    """Kinds of things that may not have the same name: in one schema, or only in one table.

    `holds` says whether a server has it, where that depends on the server.
    """

    kinds: frozenset[NamedKind]
    per_table: bool = False
    holds: Callable[[sa.Dialect], bool] = lambda _: True


def stored_only(_: sa.Dialect, stored: bool) -> bool:
    """Computed columns may be in a primary key where they are stored."""
    return stored


def never(_: sa.Dialect, __: bool) -> bool:
    """No computed column may be in a primary key."""
    return False


@dataclass(frozen=True)
class Limits:
    """What a database refuses. `computed_keys` says whether a primary key may have a column that is computed."""

    namespaces: tuple[Namespace, ...] = ()
    keys_need_unique: bool = True
    computed_keys: Callable[[sa.Dialect, bool], bool] = lambda _dialect, _stored: True
    several_identities: bool = True


def refuse_table(limits: Limits, dialect: sa.Dialect, table: TableState) -> None:
    """Raise UnsupportedError for a table that this database refuses, whatever else there is."""
    for name in table.primary_key.columns if table.primary_key else ():
        computed = table.columns[name].computed
        if computed is not None and not limits.computed_keys(dialect, bool(computed.persisted)):
            raise UnsupportedError(
                f"{dialect.name} takes no column that is computed like this into a primary key",
                where=f"column {table.key}.{name}",
                hint="make another column the key and this one unique"
                + ("; or pass persisted=True" if limits.computed_keys(dialect, True) else ""),
            )
    numbered = [column.name for column in table.columns.values() if column.identity]
    if len(numbered) > 1 and not limits.several_identities:
        raise UnsupportedError(
            f"{dialect.name} allows one identity column in a table, and {table.key} has {' and '.join(numbered)}",
            where=f"table {table.key}",
            hint="keep one; another can draw from a sequence: sa.Column(..., sa.Sequence(...))",
        )


class _Claim(NamedTuple):
    """A name that something takes. `place` is where it is kept apart from others: a namespace, a schema, a table."""

    place: tuple[int, str | None, str]
    kept: str
    words: str


@dataclass
class NameBook:
    """The names that are taken at one moment of a run. It moves along with the states: each costs what it changes."""

    dialect: sa.Dialect
    namespaces: tuple[Namespace, ...]
    spell: Callable[[NamedKind, str], str]
    _state: SchemaState = field(default_factory=SchemaState)
    _taken: defaultdict[tuple[tuple[int, str | None, str], str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def refuse(self, before: SchemaState, after: SchemaState) -> None:
        """Raise UnsupportedError for a name that is new in `after` and taken by something else already."""
        if before is not self._state:
            self._move(before)
        for claim in reversed(self._move(after)):
            others = [words for words, count in self._taken[claim.place, claim.kept].items() if count]
            if len(others) > 1 or self._taken[claim.place, claim.kept][claim.words] > 1:
                first = next((words for words in others if words != claim.words), claim.words)
                within = "table" if claim.place[2] else "schema"
                raise UnsupportedError(
                    f"{first} and {claim.words} have one name, and {self.dialect.name} has one namespace for them "
                    f"in each {within}",
                    where=claim.words,
                    hint="rename one of them, in the models too; a naming convention with the table's name in it helps",
                )

    def _move(self, state: SchemaState) -> list[_Claim]:
        """Give back the names of what is gone, take those of what is new; those that were not there before."""
        old, self._state = self._state, state
        gone = [claim for each in _only_in(old, state) for claim in self._claims_of(each)]
        come = [claim for each in _only_in(state, old) for claim in self._claims_of(each)]
        for claim in gone:
            self._taken[claim.place, claim.kept][claim.words] -= 1
        for claim in come:
            self._taken[claim.place, claim.kept][claim.words] += 1
        known = set(gone)
        return [claim for claim in come if claim not in known]

    def _claims_of(self, each: TableState | ViewState | SequenceState) -> Iterator[_Claim]:
        if isinstance(each, TableState):
            yield from self._of_table(each)
        else:
            kind: NamedKind = "view" if isinstance(each, ViewState) else "sequence"
            yield from self._claims(kind, each.name, each.schema, each.name, "")

    def _of_table(self, table: TableState) -> Iterator[_Claim]:
        yield from self._claims("table", table.name, table.schema, table.key, "")
        if table.primary_key is not None and table.primary_key.name is not None:
            yield from self._claims("primary_key", table.primary_key.name, table.schema, table.key, table.key)
        for constraint in table.constraints.values():
            yield from self._claims(constraint.kind, constraint.name, table.schema, table.key, table.key)
        for index in table.indexes.values():
            yield from self._claims("index", index.name, table.schema, table.key, table.key)

    def _claims(self, kind: NamedKind, name: str, schema: str | None, table: str, of: str) -> Iterator[_Claim]:
        words = f"{kind.replace('_', ' ')} {name} of table {of}" if of else f"{kind} {table}"
        for number, namespace in enumerate(self.namespaces):
            if kind in namespace.kinds and namespace.holds(self.dialect):
                place = (number, schema, of if namespace.per_table else "")
                yield _Claim(place, self.spell(kind, name), words)


def _only_in(state: SchemaState, other: SchemaState) -> Iterator[TableState | ViewState | SequenceState]:
    """What is in one state and not in another, or may have other names there."""
    for key in differing(state.tables, other.tables):
        table, former = state.tables[key], other.tables.get(key)
        if former is None or not _shares_names(table, former):
            yield table
    for key, item in state.objects.items() if state.objects is not other.objects else ():
        if isinstance(item, ViewState | SequenceState) and other.objects.get(key) is not item:
            yield item


def _shares_names(table: TableState, former: TableState) -> bool:
    """Whether a table of the same key has the very same constraints and indexes: an edit of columns leaves them."""
    names = ("primary_key", "constraints", "indexes")
    return all(getattr(table, name) is getattr(former, name) for name in names)
