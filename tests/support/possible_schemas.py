"""Random schemas that a real database can hold, and random edits of one: Hypothesis strategies for laws 3 and 4.

`possible(kind)` draws a schema for one kind of database, `evolved(kind, state)` what it became some revisions later.
Both draw freely and leave it to `legal` to take away what the database would refuse; `support.rows` takes away
what the rows in it would not allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

from minimig.state.expressions import names_in
from minimig.state.options import Pairs
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ComputedState,
    ConstraintState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    Options,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of, table_key
from minimig.state.values import GENERIC, SqlExpression
from support.column_kinds import KINDS, Kind, converts, kind_of

Draw = Callable[[st.SearchStrategy[Any]], Any]
Edit = Callable[[Draw, str, SchemaState], SchemaState]

TABLE_NAMES = ("users", "posts", "order lines", "Group", "tags")
COLUMN_NAMES = ("id", "name", "order", "author_id", "created at", "Email", "length", "parent_id")
ITEM_NAMES = ("a", "b", "c", "d", "E f")
INTEGER = KINDS[0].type
INDEX_OPTIONS: tuple[Options, ...] = (
    (("postgresql_with", Pairs([("fillfactor", 70)])),),
    (("postgresql_nulls_not_distinct", True),),
    (("ddl_if", ("postgresql",)),),
    (("ddl_if", ("mysql", "sqlite")),),
)
OPTIONS: tuple[tuple[tuple[str, Any], ...], ...] = (
    (),
    (),
    (("mysql_engine", "InnoDB"), ("sqlite_autoincrement", True)),
    (("mysql_charset", "utf8mb4"), ("sqlite_with_rowid", False)),
    (("mysql_row_format", "DYNAMIC"),),
)
CONFLICT = ((), (), (), (("sqlite_on_conflict", "FAIL"),))
ACTIONS = (None, None, "CASCADE", "SET NULL", "RESTRICT")


def quoted(name: str) -> str:
    """A name as it stands in SQL text."""
    return GENERIC.identifier_preparer.quote(name)


# --- drawing ----------------------------------------------------------------------------------------------------------


@st.composite
def possible(draw: Draw, kind: str, *, max_tables: int = 3) -> SchemaState:
    """A schema that a database of this kind can hold."""
    names = draw(st.lists(st.sampled_from(TABLE_NAMES), min_size=1, max_size=max_tables, unique=True))
    state = legal(SchemaState.of(draw(tables(kind, name)) for name in names), kind)
    for key in sorted(state.tables):
        for name in draw(st.lists(st.sampled_from(ITEM_NAMES), min_size=1, max_size=2, unique=True)):
            state = _with_foreign_key(draw, state, key, name)
    return legal(state, kind)


@st.composite
def evolved(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    """What the schema may have become."""
    for edit in draw(st.lists(st.sampled_from(EDITS), min_size=2, max_size=8)):
        state = edit(draw, kind, state)
    return legal(state, kind)


@st.composite
def columns(draw: Draw, kind: str, name: str) -> ColumnState:
    """A column that is not computed."""
    able = [k for k in KINDS if kind in k.databases]
    chosen = draw(st.sampled_from([*able, *KINDS[:3], *KINDS[:2], KINDS[6], KINDS[6]]))  # what keys are made of
    column = ColumnState(name, chosen.type, **_trimmings(draw, chosen))
    if chosen is KINDS[0] and draw(st.integers(0, 5)) == 0:
        return replace(column, nullable=False, default=None, identity=IdentityState(draw(st.booleans())))
    return column


def _trimmings(draw: Draw, kind: Kind) -> dict[str, Any]:
    return {
        "options": draw(st.sampled_from(((), (), (), (("sqlite_on_conflict_not_null", "FAIL"),)))),
        "nullable": draw(st.booleans()),
        "default": draw(st.sampled_from((None, None, kind.default))),
        "comment": draw(st.sampled_from((None, None, "it's 100% :x"))),
    }


@st.composite
def tables(draw: Draw, kind: str, name: str) -> TableState:
    """A table without foreign keys, which need other tables."""
    names = draw(st.lists(st.sampled_from(COLUMN_NAMES), min_size=1, max_size=6, unique=True))
    schema = draw(st.sampled_from((None, None, "Blog"))) if kind == "postgresql" else None
    table = TableState(name, schema, {n: draw(columns(kind, n)) for n in names}, **_table_trimmings(draw))
    table = _with_key(draw, table) if draw(st.integers(0, 4)) else table
    table = _with_items(draw, table) if draw(st.integers(0, 3)) else table
    return _with_computed(draw, table, kind) if draw(st.integers(0, 2)) == 0 else table


def _table_trimmings(draw: Draw) -> dict[str, Any]:
    options = draw(st.sampled_from(OPTIONS))
    return {"comment": draw(st.sampled_from((None, None, "it's 100% :x"))), "options": options}


def _with_key(draw: Draw, table: TableState) -> TableState:
    able = [n for n, c in table.columns.items() if not c.computed and kind_of(c.type).unique]
    if not able:
        return replace(table, primary_key=None)
    names = tuple(draw(st.lists(st.sampled_from(able), min_size=1, max_size=2, unique=True)))
    named = draw(st.sampled_from((None, None, f"pk_{table.name}")))
    numbering = draw(st.sampled_from(("auto", "auto", False)))
    made = {n: replace(c, autoincrement=numbering if n in names else "auto") for n, c in table.columns.items()}
    return replace(table, columns=made, primary_key=PrimaryKeyState(names, named))


def _with_computed(draw: Draw, table: TableState, kind: str) -> TableState:
    able = [n for n, c in table.columns.items() if not c.computed and kind_of(c.type).computed]
    free = [n for n in COLUMN_NAMES if n not in table.columns]
    if not able or not free:
        return table
    source, name = draw(st.sampled_from(able)), draw(st.sampled_from(free))
    text = str(kind_of(table.columns[source].type).computed).format(quoted(source))
    persisted = True if kind == "postgresql" else draw(st.sampled_from((None, True)))
    column = ColumnState(name, INTEGER, computed=ComputedState(SqlExpression(text), persisted))
    return replace(table, columns={**table.columns, name: column})


def _with_items(draw: Draw, table: TableState) -> TableState:
    for name in draw(st.lists(st.sampled_from(ITEM_NAMES), min_size=1, max_size=3, unique=True)):
        item = draw(st.sampled_from((_unique, _check, _index, _index)))(draw, table, name)
        if isinstance(item, IndexState):
            table = replace(table, indexes={**table.indexes, item.name: item})
        else:
            table = replace(table, constraints={**table.constraints, item.name: item})
    return table


def _some(draw: Draw, table: TableState, *, keys: bool = True) -> tuple[str, ...]:
    """One or two columns, with `keys` such as can be unique where there are any."""
    plain = sorted(n for n, c in table.columns.items() if not c.computed)
    able = [n for n in plain if kind_of(table.columns[n].type).unique] if keys else plain
    return tuple(draw(st.lists(st.sampled_from(able or plain), min_size=1, max_size=2, unique=True)))


def _unique(draw: Draw, table: TableState, name: str) -> UniqueState:
    deferrable, options = draw(st.sampled_from((None, None, True))), draw(st.sampled_from(CONFLICT))
    return UniqueState(f"uq_{name}", _some(draw, table), deferrable, options=options)


def _check(draw: Draw, table: TableState, name: str) -> CheckState:
    text = SqlExpression(_check_text(table, _some(draw, table, keys=False)))
    return CheckState(f"ck_{name}", text, draw(st.sampled_from(CONFLICT)))


def _check_text(table: TableState, names: Sequence[str]) -> str:
    return " AND ".join(f"({kind_of(table.columns[n].type).check.format(quoted(n))})" for n in names)


def _index(draw: Draw, table: TableState, name: str) -> IndexState:
    *first, last = _some(draw, table)
    wrapped = draw(st.sampled_from((None, None, "lower({})", "{} DESC", "{} DESC NULLS LAST")))
    elements = (*first, SqlExpression(wrapped.format(quoted(last))) if wrapped else last)
    where = SqlExpression(f"{quoted(last)} IS NOT NULL")
    several: tuple[Options, ...] = ((), (), (("postgresql_where", where), ("sqlite_where", where)), *INDEX_OPTIONS)
    options = draw(st.sampled_from(several))
    return IndexState(f"ix_{name}", elements, draw(st.booleans()), options)


def _with_foreign_key(draw: Draw, state: SchemaState, holder: str, name: str) -> SchemaState:
    """A foreign key to columns that are unique, from columns of the same types, where there are such."""
    table = state[holder]
    able = [
        (target, names)
        for _, target in sorted(state.tables.items())
        for names in _unique_columns(target)
        if all(_alike(table, target.columns[n]) for n in names)
    ]
    if not able:
        return state
    target, pointed = draw(st.sampled_from(able))
    own = tuple(draw(st.sampled_from(_alike(table, target.columns[n]))) for n in pointed)
    deferred = draw(st.sampled_from((None, None, "DEFERRED")))
    key = ForeignKeyState(
        f"fk_{name}",
        own,
        target.key,
        pointed,
        draw(st.sampled_from(ACTIONS)),
        deferrable=True if deferred else None,
        initially=deferred,
    )
    return state.with_changed_table(replace(table, constraints={**table.constraints, key.name: key}))


def _alike(table: TableState, column: ColumnState) -> list[str]:
    return [n for n, c in table.columns.items() if c.type == column.type and not c.computed]


def _unique_columns(table: TableState) -> list[tuple[str, ...]]:
    """What a foreign key may point to; the primary key twice, being the likely target."""
    key = [table.primary_key.columns] * 2 if table.primary_key else []
    uniques = [c.columns for c in table.constraints.values() if isinstance(c, UniqueState) and not c.deferrable]
    indexes = [i.elements for i in table.indexes.values() if i.unique and not i.options]
    return [*key, *uniques, *(e for e in indexes if all(isinstance(n, str) for n in e))]


# --- edits ------------------------------------------------------------------------------------------------------------


def _any(draw: Draw, state: SchemaState) -> TableState:
    return state[draw(st.sampled_from(sorted(state.tables)))]


def _add_table(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    table = draw(tables(kind, draw(st.sampled_from(TABLE_NAMES))))
    return state if table.key in state else state.with_table(table)


def _drop_table(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    gone = _any(draw, state).key
    left = SchemaState({key: table for key, table in state.tables.items() if key != gone})
    return legal(left, kind) if left.tables else state


def _rename_table(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    table, name = _any(draw, state), draw(st.sampled_from(TABLE_NAMES))
    if table_key(name, table.schema) in state:
        return state
    return state.with_renamed_table(table.key, name, table.schema)


def _rename_column(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    table, name = _any(draw, state), draw(st.sampled_from(COLUMN_NAMES))
    if name in table.columns:
        return state
    return state.with_renamed_column(table.key, draw(st.sampled_from(sorted(table.columns))), name)


def _add_column(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    table, name = _any(draw, state), draw(st.sampled_from(COLUMN_NAMES))
    if name in table.columns:
        return state
    return state.with_changed_table(replace(table, columns={**table.columns, name: draw(columns(kind, name))}))


def _drop_column(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    table = _any(draw, state)
    gone = draw(st.sampled_from(sorted(table.columns)))
    left = {n: c for n, c in table.columns.items() if n != gone}
    return legal(state.with_changed_table(replace(table, columns=left)), kind) if left else state


def _alter_column(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    """Another type, default, comment, nullability or numbering; keys and foreign keys keep their types together."""
    table = _any(draw, state)
    column = table.columns[draw(st.sampled_from(sorted(table.columns)))]
    if column.computed:
        return state
    able = [k for k in KINDS if kind in k.databases and converts(column.type, k.type) and k.type != column.type]
    chosen = draw(st.sampled_from(able)) if able and draw(st.integers(0, 2)) else kind_of(column.type)
    changed = replace(column, type=chosen.type, identity=None, **_trimmings(draw, chosen))
    if draw(st.booleans()):
        return _retyped(state, {(table.key, column.name)}, changed)
    return state.with_changed_table(replace(table, columns={**table.columns, column.name: changed}))


def _retyped(state: SchemaState, places: set[tuple[str, str]], column: ColumnState) -> SchemaState:
    """The type changed wherever foreign keys tie columns together."""
    tied = {
        frozenset({(table.key, own), (key.target, other)})
        for table in state.tables.values()
        for key in table.foreign_keys
        for own, other in zip(key.columns, key.target_columns, strict=True)
    }
    while more := {place for pair in tied if pair & places for place in pair} - places:
        places |= more
    for key, name in places:
        old = state[key].columns[name]
        new = replace(column, name=name, nullable=old.nullable, autoincrement=old.autoincrement)
        state = state.edited(key, lambda t, new=new: replace(t, columns={**t.columns, new.name: new}))
    return state


def _change_key(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    table = _any(draw, state)
    changed = _with_key(draw, table) if draw(st.integers(0, 3)) else replace(table, primary_key=None)
    return state.with_changed_table(changed)


def _change_items(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    """Constraints and indexes dropped, exchanged, renamed; comment changed."""
    table = _any(draw, state)
    names = draw(st.permutations(sorted(table.constraints)))
    renamed = {new: replace(old, name=new) for new, old in zip(names, table.constraints.values(), strict=True)}
    changed = replace(
        table,
        constraints=draw(st.sampled_from((table.constraints, renamed, {}))),
        indexes=draw(st.sampled_from((table.indexes, {}))),
        comment=draw(st.sampled_from((None, "told"))),
    )
    return state.with_changed_table(_with_items(draw, changed))


def _change_computed(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    return state.with_changed_table(_with_computed(draw, _any(draw, state), kind))


def _add_foreign_key(draw: Draw, kind: str, state: SchemaState) -> SchemaState:
    return _with_foreign_key(draw, state, _any(draw, state).key, draw(st.sampled_from(ITEM_NAMES)))


EDITS: tuple[Edit, ...] = (
    _add_table,
    _drop_table,
    _rename_table,
    _rename_column,
    _rename_column,
    _add_column,
    _drop_column,
    _alter_column,
    _alter_column,
    _alter_column,
    _change_key,
    _change_items,
    _change_items,
    _change_computed,
    _add_foreign_key,
    _add_foreign_key,
)


# --- what a database takes --------------------------------------------------------------------------------------------


def legal(state: SchemaState, kind: str) -> SchemaState:
    """The state without what a database of this kind would refuse, empty as it is."""
    while True:
        smaller = SchemaState.of(_legal_tables(state, kind))
        if smaller == state:
            return state
        state = smaller


def _legal_tables(state: SchemaState, kind: str) -> Iterator[TableState]:
    """Names of constraints and indexes are used once in the whole schema; one enum type has one set of labels."""
    taken: set[str] = set()
    enums = [c.type for t in state.tables.values() for c in t.columns.values() if _status(c)]
    for drawn in state.tables.values():
        made = {n: _legal_column(c, drawn, kind) for n, c in drawn.columns.items() if _computable(c, drawn)}
        made = {n: replace(c, type=enums[0]) if _status(c) else c for n, c in made.items()}
        key = drawn.primary_key if drawn.primary_key and _indexable(drawn, drawn.primary_key.columns) else None
        options = tuple(o for o in drawn.options if _legal_option(o[0], key, made))
        table = replace(drawn, columns=made or {"id": ColumnState("id", INTEGER)}, primary_key=key, options=options)
        constraints = {
            n: c for n, c in table.constraints.items() if n not in taken and _legal_constraint(c, table, state, kind)
        }
        taken |= constraints.keys()
        indexes = {n: i for n, i in table.indexes.items() if n not in taken and _legal_index(i, table, kind)}
        taken |= indexes.keys()
        yield replace(table, constraints=constraints, indexes=indexes)


def _legal_option(name: str, key: PrimaryKeyState | None, columns: Mapping[str, ColumnState]) -> bool:
    if name == "sqlite_autoincrement":
        return key is None or len(key.columns) > 1 or columns[key.columns[0]].type == INTEGER
    return key is not None or name != "sqlite_with_rowid"


def _status(column: ColumnState) -> bool:
    return isinstance(column.type.sa_type, sa.Enum) and column.type.sa_type.name == "status"


def _legal_column(column: ColumnState, table: TableState, kind: str) -> ColumnState:
    in_key = table.primary_key is not None and column.name in table.primary_key.columns
    alone = in_key and table.primary_key is not None and len(table.primary_key.columns) == 1
    number = column.type == INTEGER and not column.computed
    return replace(
        column,
        nullable=column.nullable and not in_key,
        default=None if column.computed else column.default,
        identity=column.identity if number and kind == "postgresql" else None,
        autoincrement=column.autoincrement if number and alone and not column.identity else "auto",
    )


def _computable(column: ColumnState, table: TableState) -> bool:
    if column.computed is None:
        return True
    sources = names_in(column.computed.expression.text, table.columns)
    source = table.columns[sources[0]] if len(sources) == 1 else None
    form = kind_of(source.type).computed if source is not None and not source.computed else None
    return form is not None and form.format(quoted(sources[0])) == column.computed.expression.text


def _indexable(table: TableState, names: Sequence[str]) -> bool:
    found = [table.columns.get(name) for name in names]
    return all(c is not None and not c.computed and kind_of(c.type).unique for c in found)


def _legal_constraint(item: ConstraintState, table: TableState, state: SchemaState, kind: str) -> bool:
    if isinstance(item, CheckState):
        names = columns_of(item, table)
        plain = all(not table.columns[n].computed for n in names)
        return bool(names) and plain and item.expression.text == _check_text(table, names)
    if isinstance(item, UniqueState):
        twins = [c for c in table.constraints.values() if isinstance(c, UniqueState) and c.columns == item.columns]
        return _indexable(table, item.columns) and (not item.deferrable or (kind == "postgresql" and len(twins) == 1))
    return item.target in state and _legal_foreign_key(item, table, state[item.target])


def _legal_foreign_key(key: ForeignKeyState, table: TableState, target: TableState) -> bool:
    """Unique columns of the same types; said once, since SQLAlchemy reads one of two that say the same from SQLite."""
    if len(set(key.columns)) < len(key.columns):
        return False
    if not (_indexable(table, key.columns) and _indexable(target, key.target_columns)):
        return False
    said = (key.columns, key.target, key.target_columns)
    again = any((k.columns, k.target, k.target_columns) == said for k in table.foreign_keys if k.name < key.name)
    sets_null = key.ondelete == "SET NULL" and not all(table.columns[n].nullable for n in key.columns)
    pairs = zip(key.columns, key.target_columns, strict=True)
    alike = all(table.columns[own].type == target.columns[other].type for own, other in pairs)
    return alike and not again and not sets_null and key.target_columns in _unique_columns(target)


def _legal_index(index: IndexState, table: TableState, kind: str) -> bool:
    texts = [e for e in index.elements if isinstance(e, SqlExpression)]
    names = columns_of(index, table)
    if len(names) != len(index.elements) or not _indexable(table, names):
        return False
    lowered = [names_in(t.text, names) for t in texts if t.text.startswith("lower(")]
    strings = all(isinstance(table.columns[n].type.sa_type, sa.String) for found in lowered for n in found)
    placed = any(t.text.endswith("NULLS LAST") for t in texts)
    return strings and not (lowered and kind == "mariadb") and not (placed and kind != "postgresql")
