"""Named enums: add a label, rename one, remove or reorder labels, rename the enum.

An enum is known by its name, and each operation changes it in every column that uses it, in whatever table. PostgreSQL
adds and renames labels in place and rebuilds the type for the rest; MySQL and MariaDB say each column again; elsewhere
the labels are a CHECK, or nothing but the length of a VARCHAR.

(Alembic leaves enums to the user; Django keeps choices out of the database.)
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from minimig.dialects.change import EnumChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.rights import Act, Need
from minimig.errors import StateError, nearest
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.footprint import Footprint, columns, item, named_type, table
from minimig.operations.keep import given
from minimig.operations.rank import Rank
from minimig.state.enums import EnumEdit, edit_enum, enum_labels, enum_tables, items_that_follow
from minimig.state.named_types import Labels, TypeName
from minimig.state.schema import SchemaState


@dataclass(frozen=True)
class EnumOperation(Operation):
    """An operation on a named enum. A subclass says what becomes of the labels, and the rest follows."""

    enum: str
    schema: str | None
    symbol: ClassVar[str] = "~"
    rank: ClassVar[Rank] = Rank.ALTER_PROVIDER

    @property
    def name(self) -> TypeName:
        """The name of the enum before."""
        return TypeName(self.enum, self.schema)

    @property
    def new_name(self) -> TypeName:
        """The name of the enum afterwards."""
        return self.name

    @abstractmethod
    def edit(self, labels: Labels) -> EnumEdit:
        """What becomes of an enum that has these labels. Raises StateError when the operation does not fit them."""

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return edit_enum(state, self.edit(enum_labels(state, self.name)))

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.alter_enum(EnumChange(before, after, self.edit(enum_labels(before, self.name))))

    def needs(self, before: SchemaState, after: SchemaState) -> tuple[Need, ...]:
        """The type; where it is none, the columns that use it are not looked at."""
        return (Need(Act.ALTER, "type", self.enum, self.schema),)

    def footprint(self, before: SchemaState) -> Footprint:
        edit = self.edit(enum_labels(before, self.name))
        changes, tables = {named_type(self.name), named_type(self.new_name)}, set()
        for user, names in enum_tables(before, self.name):
            tables.add(table(user.key))
            changes |= columns(user.key, names)
            changes |= {item(user.key, each.name) for each in items_that_follow(user, names, edit)}
        return Footprint(changes=frozenset(changes), reads=frozenset(tables))


@dataclass(frozen=True, init=False)
class AddEnumValue(EnumOperation):
    """Add a label to an enum, at its end or beside another label.

    On PostgreSQL the label cannot be used before the migration is committed: what uses it goes into the next one, or
    ops.AlterEnum takes the place of this operation. The way back takes the label away: rows must not hold it then.
    """

    value: str
    before: str | None
    after: str | None

    def __init__(
        self,
        enum: str,
        value: str,
        *,
        before: str | None = None,
        after: str | None = None,
        schema: str | None = None,
    ) -> None:
        if before is not None and after is not None:
            raise StateError(
                f"AddEnumValue({enum!r}, {value!r}) has a before and an after", hint="leave one of them out"
            )
        assign(self, enum=enum, value=value, before=before, after=after, schema=schema)

    def edit(self, labels: Labels) -> EnumEdit:
        if self.value in labels:
            raise StateError(f"enum {self.name} has a value {self.value!r} already")
        neighbour = self.before if self.before is not None else self.after
        place = len(labels)
        if neighbour is not None:
            place = _place(self.name, labels, neighbour) + (self.after is not None)
        return EnumEdit(self.name, self.name, labels, (*labels[:place], self.value, *labels[place:]), in_place=True)

    def reverse(self, before: SchemaState) -> Operation:
        return AlterEnum(self.enum, enum_labels(before, self.name), schema=self.schema)

    def describe(self) -> str:
        return f"add value {self.value!r} to enum {self.name}"

    def fragment(self) -> str:
        return f"add_{self.value}_to_{self.enum}"

    def arguments(self) -> Arguments:
        named = {name: value for name, value in (("before", self.before), ("after", self.after)) if value is not None}
        return (self.enum, self.value), {**named, **given(schema=self.schema)}


@dataclass(frozen=True, init=False)
class RenameEnumValue(EnumOperation):
    """Rename a label of an enum. Rows, server defaults, CHECKs and indexes that speak of it follow."""

    value: str
    new_value: str

    def __init__(self, enum: str, value: str, new_value: str, *, schema: str | None = None) -> None:
        assign(self, enum=enum, value=value, new_value=new_value, schema=schema)

    def edit(self, labels: Labels) -> EnumEdit:
        place = _place(self.name, labels, self.value)
        if self.new_value in labels:
            raise StateError(
                f"enum {self.name} has a value {self.new_value!r} already",
                hint=f"to merge the two: ops.AlterEnum(..., replace={{{self.value!r}: {self.new_value!r}}})",
            )
        after = (*labels[:place], self.new_value, *labels[place + 1 :])
        return EnumEdit(self.name, self.name, labels, after, {self.value: self.new_value}, in_place=True)

    def reverse(self, before: SchemaState) -> Operation:
        return RenameEnumValue(self.enum, self.new_value, self.value, schema=self.schema)

    def describe(self) -> str:
        return f"rename value {self.value!r} of enum {self.name} to {self.new_value!r}"

    def fragment(self) -> str:
        return f"rename_{self.value}_to_{self.new_value}_of_{self.enum}"

    def arguments(self) -> Arguments:
        return (self.enum, self.value, self.new_value), given(schema=self.schema)


@dataclass(frozen=True, init=False)
class AlterEnum(EnumOperation):
    """Give an enum these labels, in this order. PostgreSQL rebuilds the type and rewrites the tables that use it.

    `replace` says what rows become that hold a label which is taken away; without it there must be none. A default, a
    CHECK or an index must not speak of such a label, unless it goes on under a new name that nothing else has become.
    """

    labels: Labels
    replace: Mapping[str, str]

    def __init__(
        self,
        enum: str,
        labels: Iterable[str],
        *,
        replace: Mapping[str, str] | None = None,
        schema: str | None = None,
    ) -> None:
        assign(self, enum=enum, labels=tuple(labels), replace=dict(replace or {}), schema=schema)
        if not self.labels or len(set(self.labels)) < len(self.labels):
            raise StateError(f"AlterEnum({enum!r}, ...) needs labels, and each of them once")
        for new in self.replace.values():
            _place(self.name, self.labels, new)

    def edit(self, labels: Labels) -> EnumEdit:
        for old in self.replace:
            _place(self.name, labels, old)
            if old in self.labels:
                raise StateError(f"enum {self.name} keeps {old!r}, so rows that hold it are not replaced")
        return EnumEdit(self.name, self.name, labels, self.labels, self.replace)

    def reverse(self, before: SchemaState) -> Operation:
        labels = enum_labels(before, self.name)
        back = {new: old for old, new in self.edit(labels).moved.items()}
        return AlterEnum(self.enum, labels, replace=back, schema=self.schema)

    def describe(self) -> str:
        return f"alter enum {self.name} ({', '.join(self.labels)})"

    def fragment(self) -> str:
        return f"alter_{self.enum}"

    def arguments(self) -> Arguments:
        named = {"replace": self.replace} if self.replace else {}
        return (self.enum, list(self.labels)), {**named, **given(schema=self.schema)}


@dataclass(frozen=True, init=False)
class RenameEnum(EnumOperation):
    """Rename an enum, in its schema."""

    new: str

    def __init__(self, enum: str, new_name: str, *, schema: str | None = None) -> None:
        assign(self, enum=enum, new=new_name, schema=schema)

    @property
    def new_name(self) -> TypeName:
        return TypeName(self.new, self.schema)

    def edit(self, labels: Labels) -> EnumEdit:
        return EnumEdit(self.name, self.new_name, labels, labels, in_place=True)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        if any(enum_tables(state, self.new_name)):
            raise StateError(f"there is a type {self.new_name} already")
        return super().state_forwards(state)

    def reverse(self, before: SchemaState) -> Operation:
        return RenameEnum(self.new, self.enum, schema=self.schema)

    def describe(self) -> str:
        return f"rename enum {self.name} to {self.new}"

    def fragment(self) -> str:
        return f"rename_{self.enum}_to_{self.new}"

    def arguments(self) -> Arguments:
        return (self.enum, self.new), given(schema=self.schema)


def _place(name: TypeName, labels: Labels, label: str) -> int:
    """Where a label stands; StateError when it is none of them."""
    if label not in labels:
        raise StateError(f"enum {name} has no value {label!r}", hint=nearest(label, labels))
    return labels.index(label)
