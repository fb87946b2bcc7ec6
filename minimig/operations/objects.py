"""What the operations on views, functions, sequences and other objects share: create, replace or alter, rename, drop.

A kind of object brings three short classes (`views` is the model), entered in `kinds`: how its arguments read in a
file, the same for creating and replacing it (the state itself is taken as well, in place of the name), and which
operation is its reverse. State, statements, footprint and folding are here. Alembic has no such operations; its
cookbook shows how to write them for one project at a time.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from minimig.dialects.editor import SchemaEditor
from minimig.operations.base import Arguments, Operation
from minimig.operations.footprint import Footprint, Keys, columns, table
from minimig.state.dependencies import tables_on
from minimig.state.objects import ObjectState
from minimig.state.schema import SchemaState


@dataclass(frozen=True)
class CreateObject(Operation):
    """Create an object."""

    item: ObjectState
    symbol: ClassVar[str] = "+"

    @property
    def home(self) -> str:
        return self.item.key

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.with_object(self.item)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.objects.create(before, after, self.item)

    def describe(self) -> str:
        return f"create {self.item.key}"

    def fragment(self) -> str:
        return f"create_{self.item.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        return Footprint(creates=frozenset({(self.item.key, "")}), reads=_needed(self.item, before))

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if isinstance(following, DropObject) and following.key == self.item.key:
            return ()
        if isinstance(following, ReplaceObject) and following.item.key == self.item.key:
            return (type(self)(following.item),)
        if isinstance(following, ChangeObject) and following.key == self.item.key:
            return (type(self)(following.edit(self.item)),)
        return None

    def arguments(self) -> Arguments:
        return said(self.item)


@dataclass(frozen=True)
class ReplaceObject(Operation):
    """Give an object another definition, or other options."""

    item: ObjectState
    symbol: ClassVar[str] = "~"

    @property
    def home(self) -> str:
        return self.item.key

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.with_changed_object(self.item.key, self.item)

    def reverse(self, before: SchemaState) -> Operation:
        return type(self)(before.object(self.item.key))

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.objects.replace(before, after, before.object(self.item.key), self.item)

    def describe(self) -> str:
        return f"replace {self.item.key}"

    def fragment(self) -> str:
        return f"replace_{self.item.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before.objects.get(self.item.key, self.item)
        reads = _needed(old, before) | _needed(self.item, before)
        return Footprint(changes=frozenset({(self.item.key, "")}), reads=reads)

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if isinstance(following, DropObject) and following.key == self.item.key:
            return (following,)
        if isinstance(following, ReplaceObject) and following.item.key == self.item.key:
            return (following,)
        return None

    def arguments(self) -> Arguments:
        return said(self.item)


@dataclass(frozen=True)
class DropObject(Operation):
    """Drop an object. Its definition is known from the state, so the reverse creates it again."""

    name: str
    schema: str | None
    symbol: ClassVar[str] = "-"

    @property
    @abstractmethod
    def key(self) -> str:
        """The key of the object."""

    @property
    def home(self) -> str:
        return self.key

    def dropped(self, before: SchemaState) -> Any:
        """The object that it drops: of the kind that the key says."""
        return before.object(self.key)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.without_object(self.key)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.objects.drop(before, after, before.object(self.key))

    def describe(self) -> str:
        return f"drop {self.key}"

    def fragment(self) -> str:
        return f"drop_{self.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        return Footprint(drops=frozenset({(self.key, "")}), reads=_needed(before.object(self.key), before))


@dataclass(frozen=True)
class ChangeObject(Operation):
    """Change an object in part: a subclass says how it edits what is there."""

    name: str
    schema: str | None
    symbol: ClassVar[str] = "~"

    @property
    @abstractmethod
    def key(self) -> str:
        """The key of the object before."""

    @abstractmethod
    def edit(self, item: Any) -> ObjectState:
        """The object afterwards."""

    @property
    def home(self) -> str:
        return self.key

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.with_changed_object(self.key, self.edit(state.object(self.key)))

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        old = before.object(self.key)
        editor.objects.replace(before, after, old, self.edit(old))

    def describe(self) -> str:
        return f"alter {self.key}"

    def fragment(self) -> str:
        return f"alter_{self.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before.object(self.key)
        return Footprint(
            changes=frozenset({(self.key, "")}), reads=_needed(old, before) | _needed(self.edit(old), before)
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        return (following,) if isinstance(following, DropObject) and following.key == self.key else None


@dataclass(frozen=True)
class RenameObject(ChangeObject):
    """Give an object another name; what is built on it follows."""

    new_name: str

    @property
    @abstractmethod
    def new_key(self) -> str:
        """The key of the object afterwards."""

    def edit(self, item: Any) -> ObjectState:
        renamed: ObjectState = replace(item, name=self.new_name)
        return renamed

    @property
    def home(self) -> str:
        return self.new_key

    def reverse(self, before: SchemaState) -> Operation:
        return replace(self, name=self.new_name, new_name=self.name)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.objects.rename(before, after, before.object(self.key), after.object(self.new_key))

    def describe(self) -> str:
        return f"rename {self.key} to {self.new_name}"

    def fragment(self) -> str:
        return f"rename_{self.name}_to_{self.new_name}"

    def footprint(self, before: SchemaState) -> Footprint:
        return Footprint(
            creates=frozenset({(self.new_key, "")}),
            drops=frozenset({(self.key, "")}),
            reads=_needed(before.object(self.key), before),
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if isinstance(following, RenameObject) and following.key == self.new_key:
            if following.new_key == self.key:
                return ()
            return (replace(self, new_name=following.new_name),)
        return None

    def arguments(self) -> Arguments:
        return (self.name, self.new_name), {"schema": self.schema} if self.schema else {}


def said(item: ObjectState) -> Arguments:
    """An object as the arguments of the operation that makes it: name and definition, then what else is said."""
    named: dict[str, Any] = dict(item.said)
    definition = [named.pop("definition")] if "definition" in named else []
    return (item.name, *definition), {**named, **({"schema": item.schema} if item.schema else {})}


def _needed(item: ObjectState, state: SchemaState) -> Keys:
    """The objects that it builds on, and the tables with all their columns: which ones it uses, only SQL could tell."""
    keys: set[tuple[str, str]] = set()
    above = tables_on(state, item)  # a table that calls the function comes after it, although the function names it
    for key in state.needs(item):
        if key in above:
            continue
        keys.add(table(key))
        if key in state.tables:
            keys |= columns(key, state[key].columns)
    return frozenset(keys)
