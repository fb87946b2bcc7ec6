"""Create, drop, rename a table; change its comment and options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from sqlalchemy.schema import SchemaItem

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.presence import if_missing, if_there
from minimig.errors import StateError
from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.footprint import Footprint, Keys, columns, item, pointed_at, primary_key, table, table_providers
from minimig.operations.keep import KEEP, Keep, given
from minimig.operations.rank import Rank
from minimig.state.options import changed_options, former_options, with_options
from minimig.state.parts import Options
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, table_key
from minimig.state.written import Convention, Open, Written, named_by, table_from_items


@dataclass(frozen=True, init=False)
class CreateTable(Operation):
    """Create a table with its keys, constraints and indexes.

    Takes what `sqlalchemy.Table` takes: a name, then columns, constraints and indexes. With `if_not_exists` a table
    that the database has already is left as it is, indexes included.
    """

    table: TableState
    if_not_exists: bool
    open: Open = field(compare=False, repr=False)
    symbol: ClassVar[str] = "+"
    rank: ClassVar[Rank] = Rank.CREATE_TABLE

    def __init__(
        self,
        name: str | TableState,
        *items: SchemaItem,
        schema: str | None = None,
        comment: str | None = None,
        if_not_exists: bool = False,
        **options: Any,
    ) -> None:
        written = (
            Written(name, frozenset())
            if isinstance(name, TableState)
            else table_from_items(name, items, schema=schema, comment=comment, options=options)
        )
        assign(self, table=written.table, open=written.open, if_not_exists=if_not_exists)

    @property
    def has_open_names(self) -> bool:
        return bool(self.open)

    def named(self, convention: Convention) -> Operation:
        return CreateTable(named_by(self.table, self.open, convention), if_not_exists=self.if_not_exists)

    @property
    def home(self) -> str:
        return self.table.key

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.with_table(self.table)

    def reverse(self, before: SchemaState) -> Operation:
        return DropTable(self.table.name, schema=self.table.schema, if_exists=self.if_not_exists)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        table = after[self.table.key]
        missing = if_missing(self.if_not_exists, "table", table, table.name)
        editor.under(missing, lambda: editor.create_table(before, after, table))

    def describe(self) -> str:
        return f"create table {self.table.key} ({_count(len(self.table.columns), 'column')})"

    def fragment(self) -> str:
        return f"create_{self.table.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        return Footprint(creates=_members(self.table), reads=_targets(self.table, before))

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if self.if_not_exists:
            return None  # what follows is meant for the table that was there already, too
        key = self.table.key
        alone = SchemaState.of([self.table])
        if isinstance(following, TableOperation) and following.key == key and following.folds_into_table:
            return tuple(CreateTable(t) for t in following.state_forwards(alone).tables.values())
        return None

    def arguments(self) -> Arguments:
        return (self.table,), given(if_not_exists=self.if_not_exists)


@dataclass(frozen=True, init=False)
class DropTable(TableOperation):
    """Drop a table with all its rows. Its reverse creates the table again, empty."""

    if_exists: bool
    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_TABLE
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, *, schema: str | None = None, if_exists: bool = False) -> None:
        assign(self, table=table, schema=schema, if_exists=if_exists)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.without_table(self.key)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateTable(before[self.key], if_not_exists=self.if_exists)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        table = before[self.key]
        there = if_there(self.if_exists, "table", table, table.name)
        editor.under(there, lambda: editor.drop_table(before, after, table))

    def describe(self) -> str:
        return f"drop table {self.key}"

    def fragment(self) -> str:
        return f"drop_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        state = before[self.key]
        return Footprint(drops=_members(state), reads=_targets(state, before))

    def arguments(self) -> Arguments:
        return (self.table,), given(schema=self.schema, if_exists=self.if_exists)


@dataclass(frozen=True, init=False)
class RenameTable(TableOperation):
    """Rename a table; every foreign key that points to it follows."""

    new_name: str
    if_exists: bool
    symbol: ClassVar[str] = "~"
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, new_name: str, *, schema: str | None = None, if_exists: bool = False) -> None:
        assign(self, table=table, new_name=new_name, schema=schema, if_exists=if_exists)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.with_renamed_table(self.key, self.new_name, self.schema)

    @property
    def new_key(self) -> str:
        """The key of the table afterwards."""
        return table_key(self.new_name, self.schema)

    @property
    def home(self) -> str:
        return self.new_key

    def reverse(self, before: SchemaState) -> Operation:
        return RenameTable(self.new_name, self.table, schema=self.schema, if_exists=self.if_exists)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        old, new = before[self.key], after[self.new_key]
        there = if_there(self.if_exists, "table", old, old.name)
        editor.under(there, lambda: editor.rename_table(before, after, old, new))

    def describe(self) -> str:
        return f"rename table {self.key} to {self.new_name}"

    def fragment(self) -> str:
        return f"rename_{self.table}_to_{self.new_name}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before[self.key]
        new = replace(old, name=self.new_name)
        following = ((t.key, fk) for t, fk in before.references_to(self.key) if t.key != self.key)
        triggers = before.triggers_of(self.key)
        moved = (trigger.on_table(self.new_name, self.schema) for trigger in triggers)
        return Footprint(
            creates=_members(new).union(table(trigger.key) for trigger in moved),
            drops=_members(old).union(table(trigger.key) for trigger in triggers),
            changes=frozenset(item(key, fk.name) for key, fk in following),
            reads=_targets(old, before),
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if self.if_exists:
            return None
        if isinstance(following, DropTable) and following.key == self.new_key:
            return (DropTable(self.table, schema=self.schema),)
        if isinstance(following, RenameTable) and following.key == self.new_key:
            if following.new_key == self.key:
                return ()
            return (replace_rename(self, following.new_name),)
        return None

    def arguments(self) -> Arguments:
        return (self.table, self.new_name), given(schema=self.schema, if_exists=self.if_exists)


def replace_rename(rename: RenameTable, new_name: str) -> RenameTable:
    """The same rename to another new name."""
    return RenameTable(rename.table, new_name, schema=rename.schema)


@dataclass(frozen=True, init=False)
class AlterTable(TableOperation):
    """Change a table's comment, or options of a dialect such as `mysql_engine`. Only what is given changes."""

    comment: str | Keep | None
    options: Options
    symbol: ClassVar[str] = "~"
    rank: ClassVar[Rank] = Rank.ALTER_TABLE
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self, table: str, *, comment: str | Keep | None = KEEP, schema: str | None = None, **options: Any
    ) -> None:
        changed = changed_options(options)
        if comment is KEEP and not changed:
            raise StateError(f"AlterTable({table!r}) changes nothing")
        wanted = comment if isinstance(comment, Keep) else comment or None  # an empty comment is none, as in models
        assign(self, table=table, comment=wanted, schema=schema, options=changed)

    def edit(self, table: TableState) -> TableState:
        return replace(
            table,
            comment=table.comment if isinstance(self.comment, Keep) else self.comment,
            options=with_options(table.options, self.options),
        )

    def reverse(self, before: SchemaState) -> Operation:
        old = before[self.key]
        comment = KEEP if isinstance(self.comment, Keep) else old.comment
        return AlterTable(self.table, comment=comment, schema=self.schema, **former_options(old.options, self.options))

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.alter_table(self.change(before, after))

    def describe(self) -> str:
        what = ([] if isinstance(self.comment, Keep) else ["comment"]) + [name for name, _ in self.options]
        return f"alter table {self.key} ({', '.join(what)})"

    def fragment(self) -> str:
        return f"alter_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        return Footprint(changes=frozenset({item(self.key, "options")}), reads=frozenset({table(self.key)}))

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if isinstance(following, DropTable) and following.key == self.key:
            return (following,)
        if not isinstance(following, AlterTable) or following.key != self.key:
            return None
        comment = self.comment if isinstance(following.comment, Keep) else following.comment
        options = {**dict(self.options), **dict(following.options)}
        return (AlterTable(self.table, comment=comment, schema=self.schema, **options),)

    def arguments(self) -> Arguments:
        return (self.table,), {**given(comment=self.comment, schema=self.schema), **dict(self.options)}


def _members(state: TableState) -> Keys:
    names: Iterable[str] = [*state.constraints, *state.indexes]
    keys = {table(state.key), *columns(state.key, state.columns), *(item(state.key, name) for name in names)}
    return frozenset(keys) | primary_key(state.key, state.primary_key)


def _targets(state: TableState, schema: SchemaState) -> Keys:
    others = (key for key in state.foreign_keys if key.target != state.key)
    return table_providers(state, schema).union(_parents(state), *(pointed_at(key, schema) for key in others))


def _parents(state: TableState) -> Keys:
    """The tables that a table of PostgreSQL inherits from."""
    said = dict(state.options).get("postgresql_inherits") or ()
    return frozenset(table(str(name)) for name in ([said] if isinstance(said, str) else said))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
