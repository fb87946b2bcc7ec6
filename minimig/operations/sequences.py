"""Create, alter, rename and drop sequences.

Where a sequence stands is data, not schema: no operation but CreateSequence says where it starts to count. On databases
without sequences (SQLite, MySQL) nothing happens, as with SQLAlchemy's own `create_all`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from minimig.errors import StateError
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.footprint import Footprint, Keys, columns
from minimig.operations.keep import KEEP, Keep
from minimig.operations.objects import ChangeObject, CreateObject, DropObject, RenameObject
from minimig.operations.rank import Rank
from minimig.state.from_objects import sequence_options
from minimig.state.objects import SequenceState, object_key
from minimig.state.parts import Options
from minimig.state.schema import SchemaState
from minimig.state.sequences import with_renamed_sequence
from minimig.state.values import TypeArgument


@dataclass(frozen=True, init=False)
class CreateSequence(CreateObject):
    """Create a sequence, with the arguments of `sqlalchemy.Sequence`; what is not given is left to the database.

    `data_type` is an integer type. An `optional` sequence exists only where it takes one to number rows (Oracle).
    """

    item: SequenceState
    rank: ClassVar[Rank] = Rank.CREATE_PROVIDER

    def __init__(  # noqa: PLR0913 - what a sequence can be is what can be said
        self,
        name: str | SequenceState,
        *,
        start: int | None = None,
        increment: int | None = None,
        minvalue: int | None = None,
        maxvalue: int | None = None,
        cycle: bool = False,
        cache: int | None = None,
        order: bool = False,
        optional: bool = False,
        data_type: TypeArgument | None = None,
        schema: str | None = None,
    ) -> None:
        options = sequence_options(
            start=start,
            increment=increment,
            minvalue=minvalue,
            maxvalue=maxvalue,
            cycle=cycle,
            cache=cache,
            order=order,
            optional=optional,
            data_type=data_type,
        )
        assign(self, item=name if isinstance(name, SequenceState) else SequenceState(name, schema, options))

    def reverse(self, before: SchemaState) -> Operation:
        return DropSequence.of(self.item)


@dataclass(frozen=True, init=False)
class AlterSequence(ChangeObject):
    """Change options of a sequence. Only what is given changes; None goes back to what the database does by itself.

    A sequence that nobody has drawn from counts from its new start; any other goes on where it stands.
    """

    changes: Options
    rank: ClassVar[Rank] = Rank.ALTER_PROVIDER

    def __init__(  # noqa: PLR0913 - what can be altered is what can be said
        self,
        name: str,
        *,
        start: int | Keep | None = KEEP,
        increment: int | Keep | None = KEEP,
        minvalue: int | Keep | None = KEEP,
        maxvalue: int | Keep | None = KEEP,
        cycle: bool | Keep | None = KEEP,
        cache: int | Keep | None = KEEP,
        order: bool | Keep | None = KEEP,
        optional: bool | Keep | None = KEEP,
        data_type: TypeArgument | Keep | None = KEEP,
        schema: str | None = None,
    ) -> None:
        said = {
            "start": start,
            "increment": increment,
            "minvalue": minvalue,
            "maxvalue": maxvalue,
            "cycle": cycle,
            "cache": cache,
            "order": order,
            "optional": optional,
            "data_type": data_type,
        }
        given: dict[str, Any] = {option: value for option, value in said.items() if not isinstance(value, Keep)}
        if not given:
            raise StateError(f"AlterSequence({name!r}) changes nothing")
        kept = dict(sequence_options(**given))
        assign(self, name=name, schema=schema, changes=tuple(sorted((o, kept.get(o)) for o in given)))

    @classmethod
    def between(cls, old: SequenceState, new: SequenceState) -> AlterSequence:
        """The operation that makes `new` of `old`."""
        before, after = dict(old.options), dict(new.options)
        changes = {
            name: after.get(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)
        }
        return cls(new.name, schema=new.schema, **changes)

    @property
    def key(self) -> str:
        return object_key(SequenceState.kind, self.name, self.schema)

    def edit(self, item: SequenceState) -> SequenceState:
        options = {**dict(item.options), **dict(self.changes)}
        return replace(item, options=tuple(sorted((name, v) for name, v in options.items() if v is not None)))

    def reverse(self, before: SchemaState) -> Operation:
        old: Any = before.object(self.key)
        had = dict(old.options)
        return AlterSequence(self.name, schema=self.schema, **{name: had.get(name) for name, _ in self.changes})

    def describe(self) -> str:
        return f"alter {self.key} ({', '.join(name for name, _ in self.changes)})"

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if isinstance(following, AlterSequence) and following.key == self.key:
            changes = {**dict(self.changes), **dict(following.changes)}
            return (AlterSequence(self.name, schema=self.schema, **changes),)
        return super().absorb(following)

    def arguments(self) -> Arguments:
        return (self.name,), {**dict(self.changes), **({"schema": self.schema} if self.schema else {})}


@dataclass(frozen=True, init=False)
class RenameSequence(RenameObject):
    """Rename a sequence; it goes on where it stands, and columns that draw from it follow."""

    rank: ClassVar[Rank] = Rank.ALTER_PROVIDER

    def __init__(self, name: str, new_name: str, *, schema: str | None = None) -> None:
        assign(self, name=name, schema=schema, new_name=new_name)

    @property
    def key(self) -> str:
        return object_key(SequenceState.kind, self.name, self.schema)

    @property
    def new_key(self) -> str:
        return object_key(SequenceState.kind, self.new_name, self.schema)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return with_renamed_sequence(state, self.key, self.new_name)

    def footprint(self, before: SchemaState) -> Footprint:
        after = self.state_forwards(before)
        follow = (
            (key, [n for n, c in t.columns.items() if after[key].columns[n] != c]) for key, t in before.tables.items()
        )
        changes: Keys = frozenset().union(*(columns(key, names) for key, names in follow))
        return replace(super().footprint(before), changes=changes)


@dataclass(frozen=True, init=False)
class DropSequence(DropObject):
    """Drop a sequence. Its reverse creates it anew, and counts from its start."""

    rank: ClassVar[Rank] = Rank.DROP_PROVIDER

    def __init__(self, name: str, *, schema: str | None = None) -> None:
        assign(self, name=name, schema=schema)

    @classmethod
    def of(cls, item: SequenceState) -> DropSequence:
        """The operation that drops this sequence."""
        return cls(item.name, schema=item.schema)

    @property
    def key(self) -> str:
        return object_key(SequenceState.kind, self.name, self.schema)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateSequence(self.dropped(before))

    def arguments(self) -> Arguments:
        return (self.name,), {"schema": self.schema} if self.schema else {}
