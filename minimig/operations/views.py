"""Create, replace, drop and refresh views and materialized views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from minimig.dialects.editor import SchemaEditor
from minimig.errors import StateError
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.objects import CreateObject, DropObject, ReplaceObject
from minimig.operations.rank import Rank
from minimig.state.definition import Definition, DefinitionArgument
from minimig.state.objects import ViewState, object_key
from minimig.state.schema import SchemaState


class _Written(Operation):
    """How either operation is written that makes one."""

    rank: ClassVar[Rank] = Rank.CREATE_DEPENDENT

    def __init__(
        self,
        name: str | ViewState,
        definition: DefinitionArgument = "",
        *,
        materialized: bool = False,
        populated: bool = True,
        depends_on: Sequence[str] = (),
        schema: str | None = None,
    ) -> None:
        assign(self, item=_view(name, definition, materialized, populated, depends_on, schema))


@dataclass(frozen=True, init=False)
class CreateView(_Written, CreateObject):
    """Create a view. `definition` is its SELECT, as text, as a SQLAlchemy query, or either in a dictionary by dialect.

    Tables and views that the SELECT mentions by name are found; `depends_on` names what else has to be there before.
    `materialized` is for PostgreSQL; with `populated=False` it is created empty, and the first RefreshView fills it.
    """

    item: ViewState

    def reverse(self, before: SchemaState) -> Operation:
        return DropView.of(self.item)


@dataclass(frozen=True, init=False)
class ReplaceView(_Written, ReplaceObject):
    """Give a view another SELECT. Views on top of it are dropped and created again where the database demands it."""

    item: ViewState


@dataclass(frozen=True, init=False)
class DropView(DropObject):
    """Drop a view or a materialized view."""

    rank: ClassVar[Rank] = Rank.DROP_DEPENDENT

    def __init__(self, name: str, *, schema: str | None = None) -> None:
        assign(self, name=name, schema=schema)

    @classmethod
    def of(cls, item: ViewState) -> DropView:
        """The operation that drops this view."""
        return cls(item.name, schema=item.schema)

    @property
    def key(self) -> str:
        return object_key(ViewState.kind, self.name, self.schema)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateView(self.dropped(before))

    def arguments(self) -> Arguments:
        return (self.name,), {"schema": self.schema} if self.schema else {}


@dataclass(frozen=True, init=False)
class RefreshView(Operation):
    """Fill a materialized view anew. `concurrently` lets others read meanwhile; the view needs a unique index then."""

    name: str
    concurrently: bool
    schema: str | None
    symbol: ClassVar[str] = "~"

    def __init__(self, name: str, *, concurrently: bool = False, schema: str | None = None) -> None:
        assign(self, name=name, concurrently=concurrently, schema=schema)

    @property
    def key(self) -> str:
        """The key of the view."""
        return object_key(ViewState.kind, self.name, self.schema)

    @property
    def home(self) -> str:
        return self.key

    def state_forwards(self, state: SchemaState) -> SchemaState:
        view = state.object(self.key)
        if not (isinstance(view, ViewState) and view.materialized):
            raise StateError(
                f"{self.key} is not materialized, so it is never out of date", hint="remove this operation"
            )
        return state

    def reverse(self, before: SchemaState) -> Operation:
        """Filled anew on the way down as well: it then shows the rows that a data step took back."""
        return self

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.objects.refresh(after.object(self.key), concurrently=self.concurrently)

    def describe(self) -> str:
        return f"refresh {self.key}"

    def fragment(self) -> str:
        return f"refresh_{self.name}"

    def arguments(self) -> Arguments:
        named = {"concurrently": True} if self.concurrently else {}
        return (self.name,), {**named, **({"schema": self.schema} if self.schema else {})}


def _view(
    name: str | ViewState,
    definition: DefinitionArgument,
    materialized: bool,
    populated: bool,
    depends_on: Sequence[str],
    schema: str | None,
) -> ViewState:
    if isinstance(name, ViewState):
        return name
    return ViewState(name, schema, Definition.of(definition), tuple(depends_on), materialized, populated)
