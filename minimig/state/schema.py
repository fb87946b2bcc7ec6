"""All tables and other objects at one moment.

A schema is edited by making a new one that shares every table that did not change, so a state per revision costs next
to nothing and two equal tables are usually the same object.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from minimig.errors import StateError, nearest
from minimig.state.catalog import Catalog
from minimig.state.objects import DefinedState, FunctionState, ObjectState, TriggerState, ViewState
from minimig.state.parts import ForeignKeyState
from minimig.state.tables import TableState, table_key


@dataclass(frozen=True)
class SchemaState:
    """A schema as a value. `tables` and `objects` are keyed by their states' `key` and never edited in place."""

    tables: Mapping[str, TableState] = field(default_factory=dict)
    objects: Mapping[str, ObjectState] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Iterable[TableState], objects: Iterable[ObjectState] = ()) -> SchemaState:
        """A schema of these tables and objects."""
        return cls({table.key: table for table in tables}, {item.key: item for item in objects})

    @cached_property
    def catalog(self) -> Catalog:
        """The tables, able to tell who points to one of them and who uses a type."""
        return Catalog.of(self.tables)

    @cached_property
    def is_conditional(self) -> bool:
        """Whether anything in it is made on some databases only."""
        if isinstance(self.tables, Catalog):
            return self.tables.is_conditional
        return any(table.is_conditional for table in self.tables.values())

    def __contains__(self, key: str) -> bool:
        return key in self.tables or key in self.objects

    def __getitem__(self, key: str) -> TableState:
        """The table known by `key`, or StateError with the nearest names."""
        try:
            return self.tables[key]
        except KeyError:
            raise StateError(
                f"there is no table {key!r} at this point", hint=nearest(key, self.tables), code="MM421"
            ) from None

    def with_tables(self, tables: Mapping[str, TableState]) -> SchemaState:
        """The schema with these tables in place of its own."""
        return SchemaState(tables, self.objects)

    def with_table(self, table: TableState) -> SchemaState:
        """The schema with a table that it did not have."""
        if table.key in self.tables:
            raise StateError(f"there is a table {table.key!r} already", code="MM424")
        return self.with_tables(self.catalog.edited({table.key: table}))

    def without_table(self, key: str) -> SchemaState:
        """The schema without a table that no other table points to; otherwise StateError names the foreign keys."""
        self[key]
        pointing = [f"{table.key}.{fk.name}" for table, fk in self.references_to(key) if table.key != key]
        if pointing:
            raise StateError(
                f"table {key} cannot be dropped: foreign key {', '.join(pointing)} points to it",
                hint="drop the foreign key, or the table that holds it, in an operation before this one",
                code="MM425",
            )
        for trigger in self.triggers_of(key):
            raise StateError(
                f"table {key} cannot be dropped: trigger {trigger.name} is on it",
                hint="drop the trigger in an operation before this one",
            )
        return self.with_tables(self.catalog.edited({}, [key]))

    def with_changed_table(self, table: TableState) -> SchemaState:
        """The schema with the table of the same key replaced."""
        return self.with_changed_tables([table])

    def with_changed_tables(self, tables: Iterable[TableState]) -> SchemaState:
        """The schema with several tables replaced."""
        return self.with_tables(self.catalog.edited({table.key: table for table in tables}))

    def with_renamed_table(self, old: str, name: str, schema: str | None) -> SchemaState:
        """The schema with a table renamed or moved; foreign keys that point to it and its triggers follow."""
        new = table_key(name, schema)
        table = replace(self[old], name=name, schema=schema)
        if new in self.tables:
            raise StateError(f"there is a table {new!r} already")
        self._refuse_names(f"table {old}", self.naming(old))
        following = {t.key: t.retargeted(old, new) for t in (table, *self.catalog.pointing_to(old)) if t.key != old}
        tables = self.catalog.edited(following, [old])
        moved = {trigger.key: trigger.on_table(name, schema) for trigger in self.triggers_of(old)}
        objects = (_told(moved.get(key, item), old, new) for key, item in self.objects.items())
        return SchemaState(tables, {item.key: item for item in objects})

    def with_renamed_column(self, key: str, old: str, new: str) -> SchemaState:
        """The schema with a column renamed, and every foreign key that points to it following."""
        table = self[key].with_renamed_column(old, new)
        self._refuse_names(f"column {key}.{old}", self.naming(key, old))
        others = [t for t in self.catalog.pointing_to(key) if t.key != key]
        return self.with_changed_tables([table, *(t.with_target_column_renamed(key, old, new) for t in others)])

    def edited(self, key: str, edit: Callable[[TableState], TableState]) -> SchemaState:
        """The schema with one table replaced by what `edit` makes of it."""
        return self.with_changed_table(edit(self[key]))

    def references_to(self, key: str) -> tuple[tuple[TableState, ForeignKeyState], ...]:
        """Every foreign key that points to a table, with the table that holds it."""
        return tuple((t, fk) for t in self.catalog.pointing_to(key) for fk in t.foreign_keys if fk.target == key)

    # --- objects ------------------------------------------------------------------------------------------------------

    def object(self, key: str) -> ObjectState:
        """The object known by `key`, or StateError with the nearest names."""
        try:
            return self.objects[key]
        except KeyError:
            raise StateError(f"there is no {key} at this point", hint=nearest(key, self.objects)) from None

    def with_object(self, item: ObjectState) -> SchemaState:
        """The schema with an object that it did not have."""
        if item.key in self.objects:
            raise StateError(f"there is a {item.key} already")
        return SchemaState(self.tables, {**self.objects, item.key: item})

    def without_object(self, key: str) -> SchemaState:
        """The schema without an object; StateError when it is a view that still has a trigger."""
        item = self.object(key)
        triggers = self.triggers_of(table_key(item.name, item.schema)) if isinstance(item, ViewState) else ()
        for trigger in triggers:
            raise StateError(
                f"{key} cannot be dropped: trigger {trigger.name} is on it",
                hint="drop the trigger in an operation before this one",
            )
        return SchemaState(self.tables, {k: item for k, item in self.objects.items() if k != key})

    def with_changed_object(self, old: str, item: ObjectState) -> SchemaState:
        """The schema with the object known by `old` replaced, in its place, and perhaps under another key."""
        self.object(old)
        if item.key != old and item.key in self.objects:
            raise StateError(f"there is a {item.key} already")
        return SchemaState.of(self.tables.values(), (item if k == old else o for k, o in self.objects.items()))

    def triggers_of(self, table: str) -> tuple[TriggerState, ...]:
        """The triggers on a table."""
        found = (item for item in self.objects.values() if isinstance(item, TriggerState))
        return tuple(item for item in found if table_key(item.table, item.schema) == table)

    def naming(self, table: str, column: str | None = None) -> tuple[DefinedState, ...]:
        """The objects whose SQL names a table, or a column of it, so that a rename would leave them behind.

        A trigger follows its own table: the name stands in one place of it that everybody knows.
        """
        own = {trigger.key for trigger in self.triggers_of(table)} if column is None else set()
        found = (item for key, item in self.objects.items() if isinstance(item, DefinedState) and key not in own)
        if column is None:
            name = self[table].name
            return tuple(item for item in found if table in self.needs(item) and item.speaks_of(name))
        return tuple(item for item in found if table in self.needs(item) and _uses(item, column))

    def _refuse_names(self, what: str, objects: Collection[DefinedState]) -> None:
        """Refuse a rename under objects that it would break. A function is read when it is called, not before."""
        for item in (each for each in objects if not isinstance(each, FunctionState)):
            raise StateError(
                f"{what} cannot be renamed: {item.key} speaks of it in its SQL",
                hint=f"drop {item.key} in an operation before the rename, and create it with its new SQL after it",
            )

    def needs(self, item: ObjectState) -> tuple[str, ...]:
        """The keys of the tables and objects that an object builds on."""
        return item.needs((*self.tables, *self.objects))


def _uses(item: DefinedState, column: str) -> bool:
    return item.speaks_of(column) or (isinstance(item, ViewState) and item.shows_all)


def _told(item: ObjectState, old: str, new: str) -> ObjectState:
    """The object with what it was declared to depend on under its new key."""
    if not isinstance(item, DefinedState) or old not in item.depends_on:
        return item
    return replace(item, depends_on=tuple(new if key == old else key for key in item.depends_on))
