"""A table as a frozen value: columns, keys, checks, indexes, comment, options.

Every edit returns a new table; the old one stays what it was. Two tables are equal when a database would hold the same
thing: the order of columns, constraints and indexes does not count (a dropped column that is added again comes last,
and nobody should be told that this is a difference).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from minimig.errors import StateError, nearest
from minimig.state.expressions import names_in
from minimig.state.named_types import TypeName, named_types_in
from minimig.state.options import columns_in
from minimig.state.parts import (
    DDL_IF,
    CheckState,
    ColumnState,
    ConstraintState,
    ExcludeState,
    ForeignKeyState,
    IndexState,
    Options,
    PrimaryKeyState,
)
from minimig.state.renaming import Renamer
from minimig.state.values import SqlExpression

_T = TypeVar("_T")


@dataclass(frozen=True)
class TableState:
    """One table. The mappings are never edited in place; their order is only the order of writing."""

    name: str
    schema: str | None = None
    columns: Mapping[str, ColumnState] = field(default_factory=dict)
    primary_key: PrimaryKeyState | None = None
    constraints: Mapping[str, ConstraintState] = field(default_factory=dict)
    indexes: Mapping[str, IndexState] = field(default_factory=dict)
    comment: str | None = None
    options: Options = ()
    info: Mapping[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """`sqlalchemy.Table.info` as a revision file gave it, for data steps; no part of a schema."""

    @property
    def key(self) -> str:
        """What the schema and foreign keys know this table by."""
        return table_key(self.name, self.schema)

    @cached_property  # a frozen value is asked often: dropping one table looks at the keys of all others
    def foreign_keys(self) -> tuple[ForeignKeyState, ...]:
        return tuple(c for c in self.constraints.values() if isinstance(c, ForeignKeyState))

    @cached_property  # asked of every table by each operation that is executed
    def is_conditional(self) -> bool:
        return any(DDL_IF in dict(i.options) for i in (*self.constraints.values(), *self.indexes.values()))

    @cached_property  # asked of every table by each operation that makes, changes or drops a type
    def named_types(self) -> Mapping[TypeName, tuple[str, ...]]:
        """The enums and domains that its columns use, with the names of those columns."""
        found: dict[TypeName, list[str]] = {}
        for column in self.columns.values():
            for name in {used.name for used in named_types_in(column.type)}:
                found.setdefault(name, []).append(column.name)
        return {name: tuple(columns) for name, columns in found.items()}

    def column(self, name: str) -> ColumnState:
        """The column called `name`, or StateError with the nearest names."""
        return _get(self.columns, name, f"table {self.key} has no column {name!r}")

    def constraint(self, name: str) -> ConstraintState:
        """The constraint called `name`, or StateError with the nearest names."""
        if name not in self.constraints and self.primary_key is not None and self.primary_key.name == name:
            raise StateError(
                f"{name} is the primary key of table {self.key}",
                hint=f"write ops.DropPrimaryKey({self.name!r}), or ops.RenameConstraint",
            )
        return _get(self.constraints, name, f"table {self.key} has no constraint {name!r}")

    def index(self, name: str) -> IndexState:
        """The index called `name`, or StateError with the nearest names."""
        return _get(self.indexes, name, f"table {self.key} has no index {name!r}")

    # --- edits --------------------------------------------------------------------------------------------------------

    def with_column(self, column: ColumnState, *, before: str | None = None, after: str | None = None) -> TableState:
        """The table with one more column: at the end, or before or after another."""
        if column.name in self.columns:
            raise StateError(f"table {self.key} has a column {column.name!r} already", code="MM423")
        neighbour = before or after
        if neighbour is None:
            return replace(self, columns={**self.columns, column.name: column})
        self.column(neighbour)
        columns: dict[str, ColumnState] = {}
        for name, each in self.columns.items():
            pair = [each] if name != neighbour else [column, each] if before else [each, column]
            columns.update((part.name, part) for part in pair)
        return replace(self, columns=columns)

    def with_order(self, names: Sequence[str]) -> TableState:
        """The table with these columns one behind the other, where the first of them stands."""
        for name in names:
            self.column(name)
        if len({*names}) != len(names):
            raise StateError(f"the order of the columns of {self.key} names a column twice: {', '.join(names)}")
        if not names:
            return self
        others = [name for name in self.columns if name not in names[1:]]
        place = others.index(names[0])
        ordered = [*others[:place], *names, *others[place + 1 :]]
        return replace(self, columns={name: self.columns[name] for name in ordered})

    def without_column(self, name: str) -> TableState:
        """The table without a column that nothing else in it uses; otherwise StateError says what must go first."""
        self.column(name)
        users = self.users_of(name)
        if users:
            raise StateError(
                f"column {self.key}.{name} cannot be dropped: it is used by {', '.join(users)}",
                hint=f"drop {users[0]} in an operation before this one",
                code="MM426",
            )
        return replace(self, columns={key: c for key, c in self.columns.items() if key != name})

    def with_changed_column(self, column: ColumnState) -> TableState:
        """The table with the column of the same name replaced, in its place."""
        self.column(column.name)
        return replace(self, columns={**self.columns, column.name: column})

    def with_renamed_column(self, old: str, new: str) -> TableState:
        """The table with a column renamed wherever the table itself speaks of it."""
        self.column(old)
        if new in self.columns:
            raise StateError(f"table {self.key} has a column {new!r} already")
        rename = Renamer(old, new)
        key = self.primary_key
        return replace(
            self,
            columns={rename.name(k): rename.column(c) for k, c in self.columns.items()},
            primary_key=key and replace(key, columns=rename.names(key.columns), options=rename.options(key.options)),
            constraints={k: rename.constraint(c, self.key) for k, c in self.constraints.items()},
            indexes={k: rename.index(i) for k, i in self.indexes.items()},
        )

    def with_primary_key(self, key: PrimaryKeyState) -> TableState:
        """The table with a primary key, which it must not have yet. Its columns become NOT NULL."""
        if self.primary_key is not None:
            raise StateError(
                f"table {self.key} has a primary key already", hint="drop it first, with ops.DropPrimaryKey"
            )
        columns = {name: replace(self.column(name), nullable=False) for name in key.columns}
        return replace(self, primary_key=key, columns={**self.columns, **columns})

    def without_primary_key(self, nullable: Iterable[str] = ()) -> TableState:
        """The table without its primary key. Its columns stay NOT NULL but for those named in `nullable`."""
        key = self.key_or_error()
        strange = [name for name in nullable if name not in key.columns]
        if strange:
            raise StateError(
                f"{', '.join(strange)} is not in the primary key of {self.key}",
                hint="make it nullable with ops.AlterColumn",
            )
        columns = {name: replace(self.column(name), nullable=True) for name in nullable}
        return replace(self, primary_key=None, columns={**self.columns, **columns})

    def key_or_error(self) -> PrimaryKeyState:
        """The primary key; StateError when there is none."""
        if self.primary_key is None:
            raise StateError(f"table {self.key} has no primary key")
        return self.primary_key

    def with_constraint(self, constraint: ConstraintState) -> TableState:
        """The table with one more constraint."""
        self._free_name(constraint.name)
        if isinstance(constraint, CheckState):
            constraint = replace(constraint, expression=constraint.expression.spelled_like(self.columns))
        elif isinstance(constraint, ExcludeState):
            self._check_columns(elements_of(constraint))
        else:
            self._check_columns(constraint.columns)
        return replace(self, constraints={**self.constraints, constraint.name: constraint})

    def without_constraint(self, name: str) -> TableState:
        """The table without one constraint."""
        self.constraint(name)
        return replace(self, constraints={k: c for k, c in self.constraints.items() if k != name})

    def with_renamed_primary_key(self, new: str | None) -> TableState:
        """The table with a primary key of another name; None is the one that the database gives by itself."""
        if new is not None:
            self._free_name(new)
        return replace(self, primary_key=replace(self.key_or_error(), name=new))

    def with_renamed_constraint(self, old: str, new: str) -> TableState:
        """The table with a constraint known by another name."""
        self.constraint(old)
        self._free_name(new)
        return replace(
            self,
            constraints={
                new if k == old else k: replace(c, name=new) if k == old else c for k, c in self.constraints.items()
            },
        )

    def with_index(self, index: IndexState) -> TableState:
        """The table with one more index."""
        self._free_name(index.name)
        self._check_columns(index.elements)
        return replace(self, indexes={**self.indexes, index.name: index})

    def without_index(self, name: str) -> TableState:
        """The table without one index."""
        self.index(name)
        return replace(self, indexes={k: i for k, i in self.indexes.items() if k != name})

    def with_renamed_index(self, old: str, new: str) -> TableState:
        """The table with an index known by another name."""
        self.index(old)
        self._free_name(new)
        return replace(
            self,
            indexes={new if k == old else k: replace(i, name=new) if k == old else i for k, i in self.indexes.items()},
        )

    def retargeted(self, old: str, new: str) -> TableState:
        """The table with foreign keys that pointed to table `old` pointing to `new`; itself when there are none."""
        return self._with_foreign_keys(lambda fk: replace(fk, target=new) if fk.target == old else fk)

    def with_target_column_renamed(self, target: str, old: str, new: str) -> TableState:
        """The table with foreign keys following a column renamed in the table they point to."""

        def follow(fk: ForeignKeyState) -> ForeignKeyState:
            if fk.target != target or old not in fk.target_columns:
                return fk
            return replace(fk, target_columns=Renamer(old, new).names(fk.target_columns))

        return self._with_foreign_keys(follow)

    def users_of(self, column: str) -> tuple[str, ...]:
        """What in this table depends on a column, in words: `constraint uq_x`, `index ix_y`, `the primary key`."""
        users = ["the primary key"] if self.primary_key and column in self.primary_key.columns else []
        users += [f"constraint {c.name}" for c in self.constraints.values() if column in columns_of(c, self)]
        users += [f"index {i.name}" for i in self.indexes.values() if column in columns_of(i, self)]
        users += [
            f"computed column {c.name}"
            for c in self.columns.values()
            if c.computed and c.name != column and names_in(c.computed.expression.text, [column])
        ]
        return tuple(users)

    def _with_foreign_keys(self, follow: Callable[[ForeignKeyState], ForeignKeyState]) -> TableState:
        changed = {fk.name: follow(fk) for fk in self.foreign_keys}
        if all(changed[fk.name] is fk for fk in self.foreign_keys):
            return self
        return replace(self, constraints={k: changed.get(k, c) for k, c in self.constraints.items()})

    def _check_columns(self, elements: Iterable[str | SqlExpression]) -> None:
        for element in elements:
            if isinstance(element, str):
                self.column(element)

    def _free_name(self, name: str) -> None:
        if name in self.constraints or name in self.indexes:
            kind = "constraint" if name in self.constraints else "index"
            raise StateError(f"table {self.key} has a {kind} {name!r} already")


def table_key(name: str, schema: str | None) -> str:
    """`schema.table`, or `table` in the default schema: the same key as `sqlalchemy.Table.key`."""
    return f"{schema}.{name}" if schema else name


def elements_of(item: IndexState | ExcludeState) -> tuple[str | SqlExpression, ...]:
    """What an index, or the index behind an EXCLUDE, is over."""
    return item.elements if isinstance(item, IndexState) else tuple(element for element, _ in item.elements)


def columns_of(item: ConstraintState | IndexState, table: TableState) -> tuple[str, ...]:
    """The columns of `table` that a constraint or an index speaks of, its options included."""
    if isinstance(item, CheckState):
        named = names_in(item.expression.text, table.columns)
    elif isinstance(item, IndexState | ExcludeState):
        spoken = [(e,) if isinstance(e, str) else names_in(e.text, table.columns) for e in elements_of(item)]
        named = tuple(name for names in spoken for name in names)
    else:
        named = item.columns
    return tuple(dict.fromkeys([*named, *columns_in(item.options, table.columns)]))


def _get(items: Mapping[str, _T], name: str, message: str) -> _T:
    try:
        return items[name]
    except KeyError:
        raise StateError(message, hint=nearest(name, items), code="MM422") from None
