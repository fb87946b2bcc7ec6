"""Random schemas, and random ways to change one: Hypothesis strategies over states.

`schemas()` draws a SchemaState; `edited(state)` draws one that came from it by edits and renames, as models change
between two revisions. Everything a table can hold occurs: keys of all kinds, knots of foreign keys, computed columns,
expressions, options, names that need quotes. A state is tidy: nothing in it speaks of a column that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

from minimig.autogenerate.narrowing import Loss
from minimig.autogenerate.questioner import NeverRename, Questioner
from minimig.operations.footprint import unique_keys
from minimig.state.expressions import names_in
from minimig.state.from_items import next_value
from minimig.state.objects import CollationState, ExtensionState, NamespaceState, ObjectState, SequenceState
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ComputedState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of, table_key
from minimig.state.values import GENERIC, SqlExpression, SqlType

Draw = Callable[[st.SearchStrategy[Any]], Any]

TABLE_NAMES = ("users", "posts", "tags", "order lines", "accounts", "Group")
COLUMN_NAMES = ("id", "name", "slug", "order", "author_id", "price", "created at", "Email", "parent_id")
ITEM_NAMES = ("a", "b", "c", "d", "e", "f")
SCHEMAS = (None, None, None, "blog")

TYPES = tuple(
    SqlType.of(type_)
    for type_ in (
        sa.Integer(),
        sa.BigInteger(),
        sa.String(40),
        sa.String(80),
        sa.Text(),
        sa.Boolean(),
        sa.Numeric(10, 2),
        sa.DateTime(timezone=True),
        sa.JSON(),
        sa.Uuid(),
        sa.LargeBinary(),
        sa.Enum("draft", "done", name="status"),
        sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
    )
)
INTEGER, STRING = TYPES[0], TYPES[2]
# Whole columns and tables' trimmings are drawn at once: drawing part by part is ten times slower.
COLUMNS = (
    *(ColumnState("x", type_) for type_ in TYPES),
    *(ColumnState("x", type_, nullable=False) for type_ in TYPES),
    ColumnState("x", STRING, default=SqlExpression.literal("it's")),
    ColumnState("x", STRING, default=SqlExpression.literal("it's"), comment="told"),
    ColumnState("x", INTEGER, nullable=False, default=SqlExpression("0")),
    ColumnState("x", INTEGER, nullable=False, default=SqlExpression("0"), autoincrement=False),
    ColumnState("x", INTEGER, nullable=False, autoincrement=True, comment="it's"),
    ColumnState("x", INTEGER, nullable=False, default=next_value("ids", None)),
    ColumnState("x", INTEGER, nullable=False, default=SqlExpression("nextval('blog.numbers')")),
    ColumnState("x", INTEGER, nullable=False, sequence="blog.numbers"),
    ColumnState("x", INTEGER, nullable=False, identity=IdentityState()),
    ColumnState("x", INTEGER, nullable=False, identity=IdentityState(True, (("start", 5),))),
)
NUMBERS = SequenceState("numbers", "blog", (("increment", 2), ("start", 5)))
OBJECTS: tuple[tuple[ObjectState, ...], ...] = (
    (),
    (),
    (NamespaceState("blog"), SequenceState("ids")),
    (NamespaceState("blog"), NUMBERS, SequenceState("ids", None, (("cycle", True),))),
    (NamespaceState("blog"), replace(NUMBERS, options=(("cache", 7),)), ExtensionState("citext", "blog", "1.6")),
    (ExtensionState("citext"), CollationState("natural", None, (("locale", "en"),)), SequenceState("ids")),
    (CollationState("natural", None, (("locale", "de"),)), ExtensionState("citext", None, "1.5")),
)
TRIMMINGS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"comment": "told", "options": (("mysql_engine", "InnoDB"),)},
    {"comment": "it's"},
    {"options": (("mysql_charset", "utf8"), ("mysql_engine", "MyISAM"))},
    {"options": (("sqlite_strict", True),)},
)


def _quoted(name: str) -> str:
    return GENERIC.identifier_preparer.quote(name)


def columns(name: str) -> st.SearchStrategy[ColumnState]:
    """A column that is not computed."""
    return st.sampled_from(COLUMNS).map(lambda column: replace(column, name=name))


@st.composite
def computed_columns(draw: Draw, name: str, sources: Sequence[str]) -> ColumnState:
    """A column computed from others."""
    chosen = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=2, unique=True))
    text = " || ".join(_quoted(source) for source in chosen)
    return ColumnState(name, STRING, computed=ComputedState(SqlExpression(text), draw(st.sampled_from((None, True)))))


@st.composite
def tables(draw: Draw, name: str, schema: str | None = None) -> TableState:
    """A table without foreign keys, which need other tables."""
    names = draw(st.lists(st.sampled_from(COLUMN_NAMES), min_size=1, max_size=5, unique=True))
    made = {column: draw(columns(column)) for column in names}
    if len(names) > 1 and draw(st.integers(0, 3)) == 0:
        made[names[-1]] = draw(computed_columns(names[-1], names[:-1]))
    plain = [column for column in names if not made[column].computed]
    key = None
    if draw(st.integers(0, 3)):
        key = PrimaryKeyState(_some(draw, plain, 2), draw(st.sampled_from((None, None, f"pk_{name}"))))
        made |= {column: replace(made[column], nullable=False) for column in key.columns}
    table = TableState(name, schema, made, key, **draw(st.sampled_from(TRIMMINGS)))
    for item in draw(st.lists(st.sampled_from(ITEM_NAMES), max_size=2, unique=True)):
        table = table.with_constraint(draw(constraints(table, item)))
    for item in draw(st.lists(st.sampled_from(ITEM_NAMES), max_size=2, unique=True)):
        table = table.with_index(draw(indexes(table, item)))
    return table


@st.composite
def constraints(draw: Draw, table: TableState, name: str) -> UniqueState | CheckState:
    """A unique or check constraint over columns of the table."""
    some = _some(draw, list(table.columns), 2)
    if draw(st.booleans()):
        return UniqueState(f"uq_{name}", some, draw(st.sampled_from((None, None, True))))
    return CheckState(f"ck_{name}", SqlExpression(" AND ".join(f"length({_quoted(c)}) > 0" for c in some)))


@st.composite
def indexes(draw: Draw, table: TableState, name: str) -> IndexState:
    """An index over columns, and sometimes over an expression or a part of the rows."""
    some = _some(draw, list(table.columns), 2)
    last = _quoted(some[-1])
    elements = (*some[:-1], SqlExpression(f"lower({last})")) if draw(st.integers(0, 3)) == 0 else some
    where = SqlExpression(f"{last} IS NOT NULL")
    options = draw(st.sampled_from(((), (), (("postgresql_where", where),), (("postgresql_using", "gin"),))))
    return IndexState(f"ix_{name}", elements, draw(st.booleans()), options)


@st.composite
def foreign_keys(draw: Draw, state: SchemaState, holder: str, name: str, *, outside: bool) -> ForeignKeyState | None:
    """A foreign key from one table to a key of any other, of itself, or (`outside`) of one that the state lacks."""
    able = [(key, column) for key in sorted(state.tables) for column in _target_columns(state[key])]
    if outside and (not able or draw(st.integers(0, 9)) == 0):
        able = [("elsewhere.things", "id")]
    if not able:
        return None
    key, column = draw(st.sampled_from(able))
    own = draw(st.sampled_from(sorted(state[holder].columns)))
    return ForeignKeyState(f"fk_{name}", (own,), key, (column,), ondelete=draw(st.sampled_from((None, "CASCADE"))))


def _target_columns(table: TableState) -> list[str]:
    """Columns a foreign key may point to, being a key by themselves: most databases refuse any other."""
    return [column for _, over in unique_keys(table) if len(over) == 1 for column in over]


def _some(draw: Draw, names: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(draw(st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True)))


@st.composite
def schemas(draw: Draw, *, max_tables: int = 3, outside: bool = True) -> SchemaState:
    """A schema of several tables with foreign keys between them, knots included.

    `outside=False` leaves out foreign keys that point to tables which the state does not hold.
    """
    names = draw(st.lists(st.sampled_from(TABLE_NAMES), max_size=max_tables, unique=True))
    made = [draw(tables(name, draw(st.sampled_from(SCHEMAS)))) for name in names]
    state = SchemaState.of(made, draw(st.sampled_from(OBJECTS)))
    return draw(with_foreign_keys(state, outside=outside))


@st.composite
def with_foreign_keys(draw: Draw, state: SchemaState, *, outside: bool = True) -> SchemaState:
    """The state with up to two more foreign keys on each table."""
    for holder in sorted(state.tables):
        for name in draw(st.lists(st.sampled_from(ITEM_NAMES), max_size=2, unique=True)):
            key = draw(foreign_keys(state, holder, name, outside=outside))
            if key is not None and key.name not in state[holder].constraints:
                state = state.edited(holder, lambda table, key=key: table.with_constraint(key))
    return state


@st.composite
def edited(draw: Draw, state: SchemaState, *, outside: bool = True) -> SchemaState:
    """What a schema may look like some revisions later."""
    for _ in range(draw(st.integers(0, 5))):
        edit = draw(st.sampled_from(EDITS))
        state = tidy(edit(draw, state))
    return draw(with_foreign_keys(state, outside=outside)) if draw(st.booleans()) else state


@st.composite
def pairs(draw: Draw, *, outside: bool = True) -> tuple[SchemaState, SchemaState]:
    """Two schemas: one that came from the other, or two that know nothing of each other."""
    before = draw(schemas(outside=outside))
    return before, draw(edited(before, outside=outside) | schemas(outside=outside))


class Dice(NeverRename):
    """A questioner that answers by chance; it checks that it is asked nothing twice and offered something."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.asked: set[tuple[str, str]] = set()

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        return self._choose(old.key, [table.key for table in candidates])

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        return self._choose(f"{table}/{old.name}", [column.name for column in candidates])

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        return self._choose(f"{enum}.{old}", list(candidates))

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        assert column.name in table.columns
        return self.data.draw(st.sampled_from((None, "0")))

    def convert(self, table: TableState, old: ColumnState, new: ColumnState, loss: Loss) -> str | None:
        assert (old.name, new) == (new.name, table.columns[new.name])
        return self.data.draw(st.sampled_from((None, "0")))

    def _choose(self, old: str, names: list[str]) -> str | None:
        assert names
        for name in names:
            assert (old, name) not in self.asked
            self.asked.add((old, name))
        return self.data.draw(st.sampled_from((*names, None)))


def dice(data: st.DataObject) -> Questioner:
    """A questioner that answers by chance."""
    return Dice(data)


# --- edits ------------------------------------------------------------------------------------------------------------


def _any_table(draw: Draw, state: SchemaState) -> TableState | None:
    return state[draw(st.sampled_from(sorted(state.tables)))] if state.tables else None


def _add_table(draw: Draw, state: SchemaState) -> SchemaState:
    name, schema = draw(st.sampled_from(TABLE_NAMES)), draw(st.sampled_from(SCHEMAS))
    return state if table_key(name, schema) in state else state.with_table(draw(tables(name, schema)))


def _drop_table(draw: Draw, state: SchemaState) -> SchemaState:
    table = _any_table(draw, state)
    return state.with_tables({k: t for k, t in state.tables.items() if table is None or k != table.key})


def _rename_table(draw: Draw, state: SchemaState) -> SchemaState:
    table, name = _any_table(draw, state), draw(st.sampled_from(TABLE_NAMES))
    if table is None or table_key(name, table.schema) in state:
        return state
    return state.with_renamed_table(table.key, name, table.schema)


def _rename_column(draw: Draw, state: SchemaState) -> SchemaState:
    table, name = _any_table(draw, state), draw(st.sampled_from(COLUMN_NAMES))
    if table is None or name in table.columns:
        return state
    return state.with_renamed_column(table.key, draw(st.sampled_from(sorted(table.columns))), name)


def _change_column(draw: Draw, state: SchemaState) -> SchemaState:
    table, name = _any_table(draw, state), draw(st.sampled_from(COLUMN_NAMES))
    if table is None:
        return state
    others = [n for n, c in table.columns.items() if n != name and not c.computed]
    computed = others and draw(st.integers(0, 3)) == 0
    column = draw(computed_columns(name, others)) if computed else draw(columns(name))
    return state.with_changed_table(replace(table, columns={**table.columns, name: column}))


def _drop_column(draw: Draw, state: SchemaState) -> SchemaState:
    table = _any_table(draw, state)
    if table is None or len(table.columns) == 1:
        return state
    name = draw(st.sampled_from(sorted(table.columns)))
    left = {key: column for key, column in table.columns.items() if key != name}
    return state.with_changed_table(replace(table, columns=left))


def _change_key(draw: Draw, state: SchemaState) -> SchemaState:
    table = _any_table(draw, state)
    if table is None:
        return state
    key = draw(st.none() | st.builds(PrimaryKeyState, st.just(_some(draw, list(table.columns), 2))))
    return state.with_changed_table(replace(table, primary_key=key))


def _change_items(draw: Draw, state: SchemaState) -> SchemaState:
    """Constraints and indexes dropped, exchanged, renamed; comment and options changed."""
    table = _any_table(draw, state)
    if table is None:
        return state
    constraint = draw(constraints(table, draw(st.sampled_from(ITEM_NAMES))))
    index = draw(indexes(table, draw(st.sampled_from(ITEM_NAMES))))
    names = [*draw(st.permutations(sorted(table.constraints))), constraint.name]
    renamed = {new: replace(old, name=new) for new, old in zip(names, table.constraints.values(), strict=False)}
    changed = replace(
        table,
        constraints={**(renamed if draw(st.booleans()) else table.constraints), constraint.name: constraint},
        indexes={**(table.indexes if draw(st.booleans()) else {}), index.name: index},
        **{"comment": None, "options": (), **draw(st.sampled_from(TRIMMINGS))},
    )
    return state.with_changed_table(changed)


def _change_objects(draw: Draw, state: SchemaState) -> SchemaState:
    return SchemaState.of(state.tables.values(), draw(st.sampled_from(OBJECTS)))


EDITS = (
    _change_objects,
    _add_table,
    _drop_table,
    _rename_table,
    _rename_column,
    _rename_column,
    _change_column,
    _change_column,
    _drop_column,
    _change_key,
    _change_items,
)


def tidy(state: SchemaState) -> SchemaState:
    """The state without what speaks of columns or tables that are gone, as a person would leave it."""
    while True:
        tidied = state.with_tables({key: _tidy_table(state, table) for key, table in state.tables.items()})
        if tidied == state:
            return state
        state = tidied


def _tidy_table(state: SchemaState, table: TableState) -> TableState:
    plain = {name for name, column in table.columns.items() if not column.computed}
    known = {
        name: column
        for name, column in table.columns.items()
        if column.computed is None or len(names_in(column.computed.expression.text, plain)) == _words(column)
    }
    if not known:
        known = {name: replace(column, computed=None) for name, column in table.columns.items()}
    table = replace(table, columns=known)
    key = table.primary_key if table.primary_key and set(table.primary_key.columns) <= known.keys() else None
    table = replace(
        table,
        columns={n: replace(c, nullable=False) if key and n in key.columns else c for n, c in known.items()},
        primary_key=key,
        constraints={n: c for n, c in table.constraints.items() if _fits(state, table, c)},
    )
    indexes = {n: i for n, i in table.indexes.items() if _fits(state, table, i) and n not in table.constraints}
    return replace(table, indexes=indexes)


def _fits(state: SchemaState, table: TableState, item: Any) -> bool:
    if isinstance(item, CheckState):
        return item.expression.text.count("length(") == len(columns_of(item, table))
    if isinstance(item, IndexState):
        texts = [e if isinstance(e, SqlExpression) else SqlExpression(_quoted(e)) for e in item.elements]
        texts += [value for _, value in item.options if isinstance(value, SqlExpression)]
        return all(names_in(text.text, table.columns) for text in texts)
    if isinstance(item, ForeignKeyState) and item.target != "elsewhere.things":
        target = state.tables.get(item.target)
        return set(item.columns) <= table.columns.keys() and bool(
            target and item.target_columns[0] in _target_columns(target)
        )
    return set(item.columns) <= table.columns.keys()


def _words(column: ColumnState) -> int:
    return 0 if column.computed is None else column.computed.expression.text.count("||") + 1
