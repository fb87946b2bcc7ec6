"""Create, alter and drop extensions of PostgreSQL; on other databases nothing happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from minimig.errors import StateError
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.keep import KEEP, Keep
from minimig.operations.objects import ChangeObject, CreateObject, DropObject
from minimig.operations.rank import Rank
from minimig.state.objects import ExtensionState, object_key
from minimig.state.schema import SchemaState


@dataclass(frozen=True, init=False)
class CreateExtension(CreateObject):
    """Create an extension; one that is there already is taken as it is.

    Without `version` it is the newest that is installed on the server, and any will do afterwards; without `schema` its
    objects go to the default schema. `cascade` creates the extensions that it depends on as well, which nobody drops.
    """

    item: ExtensionState
    rank: ClassVar[Rank] = Rank.CREATE_PROVIDER

    def __init__(
        self,
        name: str | ExtensionState,
        *,
        version: str | None = None,
        cascade: bool = False,
        schema: str | None = None,
    ) -> None:
        assign(self, item=name if isinstance(name, ExtensionState) else ExtensionState(name, schema, version, cascade))

    def reverse(self, before: SchemaState) -> Operation:
        return DropExtension.of(self.item)


@dataclass(frozen=True, init=False)
class AlterExtension(ChangeObject):
    """Update an extension to another version, or move its objects to another schema. Only what is given changes.

    None says that from now on any will do, and changes nothing in the database.
    """

    to_schema: str | Keep | None
    version: str | Keep | None
    rank: ClassVar[Rank] = Rank.ALTER_PROVIDER

    def __init__(self, name: str, *, version: str | Keep | None = KEEP, schema: str | Keep | None = KEEP) -> None:
        if isinstance(version, Keep) and isinstance(schema, Keep):
            raise StateError(f"AlterExtension({name!r}) changes nothing")
        assign(self, name=name, schema=None, to_schema=schema, version=version)

    @classmethod
    def between(cls, old: ExtensionState, new: ExtensionState) -> AlterExtension:
        """The operation that makes `new` of `old`."""
        version = KEEP if old.version == new.version else new.version
        return cls(new.name, version=version, schema=KEEP if old.schema == new.schema else new.schema)

    @property
    def key(self) -> str:
        return object_key(ExtensionState.kind, self.name, None)

    def edit(self, item: ExtensionState) -> ExtensionState:
        version = item.version if isinstance(self.version, Keep) else self.version
        return replace(
            item, version=version, schema=item.schema if isinstance(self.to_schema, Keep) else self.to_schema
        )

    def reverse(self, before: SchemaState) -> Operation:
        old: Any = before.object(self.key)
        version = KEEP if isinstance(self.version, Keep) else old.version
        return AlterExtension(
            self.name, version=version, schema=KEEP if isinstance(self.to_schema, Keep) else old.schema
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if isinstance(following, AlterExtension) and following.key == self.key:
            version = self.version if isinstance(following.version, Keep) else following.version
            schema = self.to_schema if isinstance(following.to_schema, Keep) else following.to_schema
            return (AlterExtension(self.name, version=version, schema=schema),)
        return super().absorb(following)

    def arguments(self) -> Arguments:
        said = {"version": self.version, "schema": self.to_schema}
        return (self.name,), {name: value for name, value in said.items() if not isinstance(value, Keep)}


@dataclass(frozen=True, init=False)
class DropExtension(DropObject):
    """Drop an extension. PostgreSQL refuses while something uses it; one that belongs to another user stays."""

    rank: ClassVar[Rank] = Rank.DROP_PROVIDER

    def __init__(self, name: str) -> None:
        assign(self, name=name, schema=None)

    @classmethod
    def of(cls, item: ExtensionState) -> DropExtension:
        """The operation that drops this extension."""
        return cls(item.name)

    @property
    def key(self) -> str:
        return object_key(ExtensionState.kind, self.name, None)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateExtension(self.dropped(before))

    def arguments(self) -> Arguments:
        return (self.name,), {}
