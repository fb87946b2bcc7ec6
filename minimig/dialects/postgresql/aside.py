"""What stands in the way of a change on PostgreSQL steps aside, and comes back when the change is done.

PostgreSQL drops no view on which another is built, and changes no type of a column that a view shows. All of it happens
in one transaction with the change, so whatever cannot come back takes the change with it.

With a connection the catalogs say what is in the way, also what no migration has made. What the state knows comes back
as the state after the change has it, the rest as it was; owner, grants, comments, options and indexes are given again.
A script can only go by the state, and a comment says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import sqlalchemy as sa

from minimig.dialects.postgresql.dependents import (
    LiveTrigger,
    LiveView,
    Seeds,
    columns_of_view,
    gifts_to_views,
    is_in_the_way,
    triggers_above,
    views_above,
)
from minimig.dialects.reasons import reason
from minimig.dialects.spelling import Spelling
from minimig.errors import UnsupportedError
from minimig.state.definition import Definition
from minimig.state.dependencies import builders_on
from minimig.state.objects import CustomState, DefinedState, ObjectState, TriggerState, ViewState
from minimig.state.schema import SchemaState

NOTE = (
    "-- Views step aside for the change. What people gave them by hand (owner, grants, comments) is lost, and a view\n"
    "-- that the migrations do not know stops this script: migrate with a live connection, which keeps both."
)
_ENABLED = {"D": "DISABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


@dataclass(frozen=True)
class Going:
    """What is about to change: tables and objects by key; of the tables, perhaps only columns of these names."""

    keys: Collection[str]
    columns: Collection[str] = ()

    def within(self, other: Going) -> bool:
        """Whether all that is in the way of this is in the way of the other, too."""
        columns = not other.columns or (bool(self.columns) and set(self.columns) <= set(other.columns))
        return columns and set(self.keys) <= set(other.keys)

    def blocks(self, state: SchemaState) -> tuple[DefinedState, ...]:
        """The views, triggers and objects of the user's own sort that the state knows to be in the way."""
        views: set[str] = set()
        found: list[DefinedState] = []
        for item in builders_on(state, self.keys):
            if not isinstance(item, ViewState | TriggerState | CustomState):
                continue
            needed = state.needs(item)
            direct = not self.columns or (not set(self.keys).isdisjoint(needed) and self._uses_columns(item))
            if direct or not views.isdisjoint(needed):
                found.append(item)
                views |= {item.key} if isinstance(item, ViewState) else set()
        return tuple(found)

    def _uses_columns(self, item: DefinedState) -> bool:
        star = isinstance(item, ViewState) and item.shows_all
        return star or any(item.speaks_of(column) for column in self.columns)


class Aside:
    """Takes things away and brings them back, by the statements that `create` and `drop` give for an object."""

    def __init__(
        self,
        spelling: Spelling,
        send: Callable[[Iterable[str]], None],
        create: Callable[[ObjectState], tuple[str, ...]],
        drop: Callable[[ObjectState], tuple[str, ...]],
    ) -> None:
        self.spelling = spelling
        self.send = send
        self.create = create
        self.drop = drop

    @contextmanager
    def on_paper(self, going: Going, before: SchemaState, after: SchemaState) -> Iterator[None]:
        """Without what the state knows to be in the way."""
        items = [item for item in going.blocks(before) if self._is_here(item)]
        statements = [statement for item in reversed(items) for statement in self.drop(item)]
        if statements:
            self.send([f"{NOTE}\n{statements[0]}", *statements[1:]])
        yield
        for item in items:
            if item.key in after.objects:
                self.send(self.create(after.object(item.key)))

    @contextmanager
    def live(
        self, connection: sa.Connection, going: Going, seeds: Seeds, before: SchemaState, after: SchemaState
    ) -> Iterator[None]:
        """Without what the catalogs say is in the way. Inside there is always a transaction."""
        with _whole(connection), self._without(connection, going, seeds, before, after):
            yield

    @contextmanager
    def _without(
        self, connection: sa.Connection, going: Going, seeds: Seeds, before: SchemaState, after: SchemaState
    ) -> Iterator[None]:
        free = not is_in_the_way(connection, seeds)
        views = () if free else views_above(connection, seeds)
        triggers = () if free else triggers_above(connection, seeds)
        custom = [item for item in going.blocks(before) if isinstance(item, CustomState) and self._is_here(item)]
        for item in reversed(custom):
            self.send(self.drop(item))
        for trigger in triggers:
            self.send(self.drop(trigger.item))
        gifts = gifts_to_views(connection, [self._name(view.item) for view in views], triggers=True)
        for view in reversed(views):
            self.send(self.drop(view.item))
        yield
        for view in views:
            self._bring_view(connection, view, [gift for gift in gifts if gift[0] == view.oid], before, after)
        for trigger in triggers:
            self._bring_trigger(trigger, before, after)
        for item in custom:
            if item.key in after.objects:
                self.send(self.create(after.object(item.key)))

    def _bring_view(
        self,
        connection: sa.Connection,
        view: LiveView,
        gifts: Collection[tuple[int, str | None, str]],
        before: SchemaState,
        after: SchemaState,
    ) -> None:
        if view.key in before.objects and view.key not in after.objects:
            return
        item = self._known(after, view.key) or replace(
            view.item, definition=Definition(((self.spelling.dialect.name, view.definition),))
        )
        with _explained(item):
            self.send(self.create(item))
            named = {column for _, column, _ in gifts if column is not None}
            there = columns_of_view(connection, self._name(item)) if named else ()
            self.send(statement for _, column, statement in gifts if column is None or column in there)

    def _bring_trigger(self, trigger: LiveTrigger, before: SchemaState, after: SchemaState) -> None:
        if trigger.key in before.objects and trigger.key not in after.objects:
            return
        known = self._known(after, trigger.key)
        table = self.spelling.schema_prefix(trigger.item.schema) + self.spelling.quote(trigger.item.table)
        with _explained(trigger.item):
            self.send(self.create(known) if known else (trigger.definition,))
            if trigger.enabled in _ENABLED:
                name = self.spelling.quote(trigger.item.name)
                self.send((f"ALTER TABLE {table} {_ENABLED[trigger.enabled]} TRIGGER {name}",))

    def _known(self, state: SchemaState, key: str) -> DefinedState | None:
        item = state.objects.get(key)
        return item if isinstance(item, DefinedState) and self._is_here(item) else None

    def _is_here(self, item: DefinedState) -> bool:
        return item.definition.on(self.spelling.dialect.name) is not None

    def _name(self, item: ObjectState) -> str:
        """A relation as SQL names it, its schema always said."""
        schema = item.schema or self.spelling.dialect.default_schema_name
        return self.spelling.schema_prefix(schema) + self.spelling.quote(item.name)


@contextmanager
def _explained(item: ObjectState) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise UnsupportedError(
            f"{item.key} was in the way and cannot be created again: {reason(error)}",
            hint=f"drop {item.key} before this migration, and create it again, adapted, after it",
        ) from error


@contextmanager
def _whole(connection: sa.Connection) -> Iterator[None]:
    """All or nothing also for a migration whose statements are committed one by one."""
    if not connection._is_autocommit_isolation():  # noqa: SLF001 (the public way is younger than 2.0)
        yield
        return
    connection.exec_driver_sql("BEGIN")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")
