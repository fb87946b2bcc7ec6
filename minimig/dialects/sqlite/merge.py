"""What a rebuilt table shall be: the table as the database has it, with what the migrations changed and nothing else.

Three CREATE TABLE statements come in: the live one, the one that the state before would give, and the one that the
state after gives. As in merging three versions of a file, what the two states say alike stays as it is in the database,
word for word; what they say differently becomes what the second says. So a rebuild keeps what nobody told the
migrations: constraints, collations, defaults, declared types, columns, STRICT. (Django builds from its state and loses
them; Alembic builds from what SQLAlchemy reflects and loses what that does not see.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from minimig.dialects.sqlite.create_sql import CONSTRAINTS, Clause, ColumnText, TableText
from minimig.dialects.sqlite.tokens import without_qualifier
from minimig.dialects.sqltext import canonical
from minimig.errors import UnsupportedError
from minimig.state.expressions import names_in

_FACETS = ("default", "not null", "collate", "computed")
"""What a column has one of. An explicit NULL means nothing, and goes when NOT NULL comes."""


@dataclass(frozen=True)
class Merge:
    """The three versions, and the columns that are the old table's own, by name.

    Names are compared as SQLite does, without regard to case.
    """

    live: TableText
    before: TableText
    after: TableText
    carried: Collection[str]

    def result(self) -> TableText:
        """The table to build. Raises UnsupportedError for a constraint that could be neither kept nor let go."""
        columns = {**self._live_columns(), **self._new_columns()}
        ordered = tuple(columns[name] for name in self._order())
        own = [clause for clause in self.live.constraints if self._stays(clause)]
        return _possible(TableText(ordered, (*own, *self._added(None)), self._ending()), self.after)

    def missing(self) -> tuple[Clause, ...]:
        """Constraints that are to go, or to change, and that the database does not have."""
        there = set(self._twins.values())
        return tuple(c for c in self.before.all_constraints() if c not in self._unchanged and c not in there)

    # --- constraints --------------------------------------------------------------------------------------------------

    @cached_property
    def _unchanged(self) -> frozenset[Clause]:
        """Constraints of the state before that the state after has as well."""
        after = self.after.all_constraints()
        return frozenset(c for c in self.before.all_constraints() if any(_alike(c, other) for other in after))

    @cached_property
    def _twins(self) -> Mapping[Clause, Clause]:
        """Live constraint -> the same one in the state before: of the same name, or else of the same content.

        A constraint without a name in the database has one that minimig made up in the state.
        """
        found: dict[Clause, Clause] = {}
        live = self.live.all_constraints()
        known = sorted(self.before.all_constraints(), key=lambda clause: clause not in self._unchanged)
        for clause in known:
            named = (c for c in live if c.kind == clause.kind and _folded(c.name) == _folded(clause.name) != "")
            found.update(dict.fromkeys(named, clause))
        for clause in known:
            if clause in found.values():
                continue
            same = [c for c in live if c not in found and c.kind == clause.kind and _content(c) == _content(clause)]
            found.update(dict.fromkeys([c for c in same if c.name is None] or same[:1], clause))
        return found

    def _stays(self, clause: Clause) -> bool:
        """Whether a live constraint is in the new table as it is written. One within a column goes with that."""
        if self._is_gone(clause.column):
            return False
        twin = self._twins.get(clause)
        if twin is not None:
            return twin in self._unchanged
        over = self._columns_of(clause)
        lost = sorted(over & self._gone)
        if lost and over - self._gone:
            raise UnsupportedError(
                f"{clause.text}, which the migrations do not know, would be lost: it names {', '.join(lost)}, which"
                " goes away",
                hint="tell the migrations: ops.SeparateStateAndDatabase(state_operations=[ops.AddConstraint(...)]),"
                " and drop it with ops.DropConstraint before",
            )
        return not lost

    def _columns_of(self, clause: Clause) -> set[str]:
        if clause.kind != "check":
            return {_folded(name) for name in clause.columns}
        return {_folded(name) for name in names_in(clause.body, [column.name for column in self.live.columns])}

    def _added(self, column: str | None) -> Iterator[Clause]:
        """Constraints of the state after that the live table does not bring along, those in one column or beside."""
        kept = {twin for clause, twin in self._twins.items() if self._stays(clause)}
        had = set(self._twins.values())
        for clause in self.after.all_constraints():
            if _folded(clause.column) != _folded(column):
                continue
            same = next((c for c in self._unchanged if _alike(c, clause)), None)
            # One that neither state changed and the database never had is not this migration's business.
            if same is None or (same in had and same not in kept):
                yield clause

    # --- columns ------------------------------------------------------------------------------------------------------

    @cached_property
    def _gone(self) -> set[str]:
        """Live columns that the migrations knew and have dropped, also when another took the name."""
        kept = {_folded(name) for name in self.carried}
        known = {_folded(column.name) for column in self.before.columns}
        return {name for name in (_folded(column.name) for column in self.live.columns) if name in known - kept}

    def _is_gone(self, column: str | None) -> bool:
        return column is not None and _folded(column) in self._gone

    def _live_columns(self) -> Mapping[str, ColumnText]:
        before, after = _by_name(self.before.columns), _by_name(self.after.columns)
        found: dict[str, ColumnText] = {}
        for column in self.live.columns:
            name = _folded(column.name)
            if name in before and name not in self._gone:
                found[name] = self._column(column, before[name], after[name])
            elif name not in before:
                found[name] = column
        return found

    def _new_columns(self) -> Mapping[str, ColumnText]:
        kept = {_folded(name) for name in self.carried}
        return {name: column for name, column in _by_name(self.after.columns).items() if name not in kept}

    def _column(self, live: ColumnText, before: ColumnText, after: ColumnText) -> ColumnText:
        type_ = live.type if before.type == after.type else after.type
        facets = {kind: after.clause(kind) for kind in _FACETS if self._differs(kind, before, after)}
        clauses: list[Clause] = []
        for clause in live.clauses:
            if clause.kind in facets:
                replaced, facets[clause.kind] = facets[clause.kind], None  # SQLite takes several, and heeds the last
                clauses += [replaced] if replaced else []
            elif clause.kind in CONSTRAINTS:
                clauses += [clause] if self._stays(clause) else []
            elif not (clause.kind == "null" and facets.get("not null")):
                clauses.append(clause)
        clauses += [clause for clause in facets.values() if clause]
        clauses += self._added(after.name)
        return spelled_column(live, type_, clauses)

    def _differs(self, kind: str, before: ColumnText, after: ColumnText) -> bool:
        """Whether the states say something else; a key that goes takes along the NOT NULL that it implied."""
        old, new = before.clause(kind), after.clause(kind)
        if (old.text if old else "") != (new.text if new else ""):
            return True
        key = self.before.primary_key()
        changed = key is not None and key not in self._unchanged
        return changed and kind == "not null" and key is not None and before.name in key.columns

    def _order(self) -> list[str]:
        """Names in the order of the new table: the live order, unless the migrations changed theirs."""
        live = [_folded(column.name) for column in self.live.columns if not self._is_gone(column.name)]
        kept = {_folded(name) for name in self.carried}
        before, after = ([_folded(column.name) for column in text.columns] for text in (self.before, self.after))
        if [name for name in before if name in kept] == [name for name in after if name in kept]:
            return _placed(live, after, last=[name for place, name in enumerate(after) if not kept & {*after[place:]}])
        return _placed(after, live, last=())

    def _ending(self) -> tuple[str, ...]:
        dropped = {*self.before.ending} - {*self.after.ending}
        kept = [word for word in self.live.ending if word not in dropped]
        return tuple(dict.fromkeys([*kept, *({*self.after.ending} - {*self.before.ending})]))


def create_sql(name: str, table: TableText) -> str:
    """CREATE TABLE under a name that is spelled for SQL."""
    parts = ",\n\t".join([*(c.text for c in table.columns), *(c.text for c in in_order(table))])
    return f"CREATE TABLE {name} (\n\t{parts}\n) {', '.join(table.ending)}".rstrip()


def in_order(table: TableText) -> tuple[Clause, ...]:
    """The constraints beside the columns, so that RENAME COLUMN works (seen to fail on SQLite 3.40 to 3.53).

    Of a PRIMARY KEY and a UNIQUE over the same INTEGER column SQLite forgets to rename one: with rowids unless the
    primary key comes first, without rowids unless it comes last.
    """
    key = table.primary_key()
    others = tuple(clause for clause in table.constraints if clause != key)
    twins = (c for c in others if c.kind == "unique" and key is not None and _content(c)[0] == _columns(key))
    if key is None or len(others) == len(table.constraints) or next(twins, None) is None:
        return table.constraints
    return (*others, key) if "WITHOUT ROWID" in table.ending else (key, *others)


def spelled_column(column: ColumnText, type_: str, clauses: Sequence[Clause], *, anew: bool = False) -> ColumnText:
    """The column with another type or other clauses; what it was, word for word, when they are the same, or `anew`."""
    if type_ == column.type and tuple(clauses) == column.clauses and not anew:
        return column
    words = (column.written, type_, *(clause.text for clause in clauses))
    return replace(column, type=type_, clauses=tuple(clauses), text=" ".join(filter(None, words)))


def unqualified(table: TableText, name: str) -> TableText:
    """The table with its CHECKs naming columns alone: `posts.price` means nothing while the table has another name."""

    def spelled(clause: Clause) -> Clause:
        return replace(clause, text=without_qualifier(clause.text, name)) if clause.kind == "check" else clause

    columns = (spelled_column(c, c.type, [spelled(clause) for clause in c.clauses]) for c in table.columns)
    return replace(table, columns=tuple(columns), constraints=tuple(map(spelled, table.constraints)))


def _possible(table: TableText, after: TableText) -> TableText:
    """Without what SQLite takes only together with a key that has changed, when the migrations never asked for it."""
    key, wanted = table.primary_key(), after.primary_key()
    if key is None:
        return replace(table, ending=tuple(word for word in table.ending if word != "WITHOUT ROWID"))
    if "AUTOINCREMENT" not in key.words or table.counts_rowids() or (wanted and "AUTOINCREMENT" in wanted.words):
        return table
    columns = tuple(_without_autoincrement(column) if column.name == key.column else column for column in table.columns)
    return replace(table, columns=columns)


def _without_autoincrement(column: ColumnText) -> ColumnText:
    clauses = [
        replace(c, text=c.text[: c.text.upper().rindex("AUTOINCREMENT")].rstrip()) if c.kind == "primary key" else c
        for c in column.clauses
    ]
    return spelled_column(column, column.type, clauses)


def _placed(names: Iterable[str], others: Sequence[str], last: Collection[str]) -> list[str]:
    """`names`, and each of `others` that is not among them behind the one it follows there; `last` ones at the end."""
    out = list(names)
    for place, name in enumerate(others):
        if name in out:
            continue
        if name in last:
            out.append(name)
        else:
            out.insert(out.index(others[place - 1]) + 1 if place else 0, name)
    return out


def _by_name(columns: Iterable[ColumnText]) -> dict[str, ColumnText]:
    return {_folded(column.name): column for column in columns}


def _folded(name: str | None) -> str:
    return (name or "").lower()


def _alike(one: Clause, other: Clause) -> bool:
    """Whether both states say the same of a constraint. SQLite has no use for a primary key's name."""
    if one.kind == "primary key" == other.kind:
        conflict = ("ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE", "AUTOINCREMENT")
        said = ({word for word in clause.words if word in conflict} for clause in (one, other))
        return one.columns == other.columns and next(said) == next(said)
    return (one.kind, one.text) == (other.kind, other.text)


def _content(clause: Clause) -> tuple[object, ...]:
    """What makes two constraints the same, whatever they are called. A table has one primary key."""
    if clause.kind == "check":
        return (canonical(clause.body),)
    if clause.kind == "primary key":
        return ()
    return (_columns(clause), _folded(clause.target))


def _columns(clause: Clause) -> tuple[str, ...]:
    return tuple(map(_folded, clause.columns))
