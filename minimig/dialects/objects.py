"""Statements for what a schema holds besides tables: an editor of its own beside the schema editor.

Each kind of object has a method that spells how it is created and one for how it is dropped; replacing is both, unless
the database knows better. A database that lacks a kind is silent about it where nothing else could rest on it (an
extension, a collation), and refuses where something would break (a function without SQL for this database).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import sqlalchemy as sa

from minimig.dialects.normalizer import Normalizer
from minimig.dialects.output import Output
from minimig.dialects.spelling import Spelling
from minimig.errors import UnsupportedError
from minimig.state.objects import (
    CustomState,
    DefinedState,
    FunctionState,
    NamespaceState,
    ObjectState,
    SequenceState,
    TriggerState,
    ViewState,
)
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, table_key

_CREATE = re.compile(r"CREATE\s+(?:OR\s+REPLACE\s+)?(?=\w)", re.IGNORECASE)


def or_replace(sql: str) -> str | None:
    """A CREATE statement as CREATE OR REPLACE; None when it begins with something else."""
    match = _CREATE.match(sql)
    return None if match is None else f"CREATE OR REPLACE {sql[match.end() :]}"


class ObjectEditor:
    """Standard SQL. A subclass overrides what its database spells differently.

    `settle` sends what the schema editor has held back: an object may look at it.
    """

    def __init__(
        self, spelling: Spelling, output: Output, normalizer: type[Normalizer], settle: Callable[[], None]
    ) -> None:
        self.spelling = spelling
        self.output = output
        self.kinds = normalizer.object_kinds
        self.sequences = normalizer.sequences
        self.materializes = normalizer.materializes_views
        self.settle = settle

    # --- what the operations ask for ----------------------------------------------------------------------------------

    def create(self, before: SchemaState, after: SchemaState, item: ObjectState) -> None:
        """Create an object."""
        if self.has(item) and not self.stands(item):
            self.send(self.create_sql(item))

    def drop(self, before: SchemaState, after: SchemaState, item: ObjectState) -> None:
        """Drop an object."""
        if self.has(item) and self.goes(item):
            self.send(self.drop_sql(item))

    def replace(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        """Put `new` in the place of `old`, which has another definition or other options."""
        if isinstance(old, SequenceState) and isinstance(new, SequenceState) and self.has(old) and self.has(new):
            self.send(self.alter_sequence_sql(old, new))
            return
        self.drop(before, after, old)
        self.create(before, after, new)
        if isinstance(new, ViewState):
            for trigger in after.triggers_of(table_key(new.name, new.schema)):  # they went with the view
                self.create(before, after, trigger)

    def refresh(self, item: ObjectState, *, concurrently: bool) -> None:
        """Fill a materialized view anew."""
        if self.has(item):
            option = "CONCURRENTLY " if concurrently else ""
            self.send((f"REFRESH MATERIALIZED VIEW {option}{self.qualified(item)}",))

    def send(self, statements: Iterable[str]) -> None:
        """Send statements, after all that was held back."""
        self.settle()
        for statement in statements:
            self.output.execute(statement)

    def rename(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        """Give an object another name."""
        if self.has(old):
            self.send(self.rename_sql(old, new))

    # --- what a database has ------------------------------------------------------------------------------------------

    def has(self, item: ObjectState) -> bool:
        """Whether this database has the object at all. Raises UnsupportedError where others would miss it."""
        if isinstance(item, DefinedState) and item.definition.on(self.spelling.dialect.name) is None:
            return False
        if isinstance(item, SequenceState) and dict(item.options).get("optional"):
            return isinstance(item, self.kinds) and not self.spelling.dialect.sequences_optional
        if isinstance(item, ViewState) and item.materialized and not self.materializes:
            raise UnsupportedError(
                f"{self.spelling.dialect.name} has no materialized views, so {item.key} cannot be created",
                hint='give the definition by dialect, as in {"postgresql": "SELECT ..."}; a plain view of another name'
                " can serve the other databases",
            )
        if isinstance(item, self.kinds):
            return True
        if isinstance(item, FunctionState):
            raise UnsupportedError(
                f"{self.spelling.dialect.name} has no functions, so {item.key} cannot be created",
                hint='give the definition by dialect, as in {"postgresql": "CREATE FUNCTION ..."}',
            )
        return False

    def stands(self, item: ObjectState) -> bool:
        """Whether a schema is there already: somebody else made it, perhaps somebody who may what we may not."""
        if not isinstance(item, NamespaceState) or self.output.connection is None:
            return False
        return item.name in sa.inspect(self.output.connection).get_schema_names()

    def goes(self, item: ObjectState) -> bool:
        """Whether an object may be dropped: of a schema only what is empty, and not the one we work in."""
        connection = self.output.connection
        if not isinstance(item, NamespaceState) or connection is None:
            return True
        inspector = sa.inspect(connection)
        held = [*inspector.get_table_names(item.name), *inspector.get_view_names(item.name)]
        return item.name != connection.dialect.default_schema_name and not held

    def text(self, item: DefinedState) -> str:
        """The definition for this dialect."""
        text = item.definition.on(self.spelling.dialect.name)
        if text is None:
            raise UnsupportedError(f"{item.key} has no definition for {self.spelling.dialect.name}")
        return text

    def qualified(self, item: ObjectState) -> str:
        """The name in its schema, quoted."""
        return self.spelling.schema_prefix(item.schema) + self.spelling.quote(item.name)

    # --- spelling -----------------------------------------------------------------------------------------------------

    def create_sql(self, item: ObjectState) -> tuple[str, ...]:
        """The statements that create an object."""
        match item:
            case ViewState():
                kind = "MATERIALIZED VIEW" if item.materialized else "VIEW"
                empty = "" if item.populated or not item.materialized else "\nWITH NO DATA"
                return (f"CREATE {kind} {self.qualified(item)} AS\n{self.text(item)}{empty}",)
            case FunctionState() | TriggerState() | CustomState():
                return (self.text(item),)
            case NamespaceState():
                return (f"CREATE SCHEMA {self.spelling.dialect.identifier_preparer.quote_schema(item.name)}",)
            case SequenceState():
                clauses = self.sequences.create(item.options, self.sequence_type(item))
                return (" ".join([f"CREATE SEQUENCE {self.qualified(item)}", *clauses]),)
        raise self.unknown(item)

    def drop_sql(self, item: ObjectState) -> tuple[str, ...]:
        """The statements that drop an object."""
        match item:
            case ViewState():
                return (f"DROP {'MATERIALIZED VIEW' if item.materialized else 'VIEW'} {self.qualified(item)}",)
            case FunctionState():
                return (f"DROP {'PROCEDURE' if item.procedure else 'FUNCTION'} {self.qualified(item)}",)
            case TriggerState():
                return (f"DROP TRIGGER {self.qualified(item)}",)
            case CustomState():
                text = item.drop.on(self.spelling.dialect.name)
                return () if text is None else (text,)
            case NamespaceState():
                return (f"DROP SCHEMA {self.spelling.dialect.identifier_preparer.quote_schema(item.name)}",)
            case SequenceState():
                return (f"DROP SEQUENCE {self.qualified(item)}",)
        raise self.unknown(item)

    def rename_sql(self, old: ObjectState, new: ObjectState) -> tuple[str, ...]:
        """The statements that rename an object."""
        if isinstance(old, SequenceState):
            return (f"ALTER SEQUENCE {self.qualified(old)} RENAME TO {self.spelling.quote(new.name)}",)
        raise self.unknown(old)

    def alter_sequence_sql(self, old: SequenceState, new: SequenceState) -> tuple[str, ...]:
        """The statements that change options of a sequence, those that differ. Raises UnsupportedError."""
        names = ("data_type", "start") if self.sequences.types else ("start",)
        fixed = [name for name in names if dict(old.options).get(name) != dict(new.options).get(name)]
        if fixed and not self.sequences.alters_all:
            raise UnsupportedError(
                f"{self.spelling.dialect.name} cannot change {' and '.join(fixed)} of {new.key}",
                hint="drop the sequence and create it again, or leave it as it is",
            )
        clauses = list(self.sequences.alter(old.options, new.options, self.sequence_type(new)))
        if clauses and self.is_fresh(old):
            clauses.append("RESTART")
        return (" ".join([f"ALTER SEQUENCE {self.qualified(new)}", *clauses]),) if clauses else ()

    def drawing_anew(self, before: SchemaState, after: SchemaState) -> Iterator[tuple[TableState, ColumnState]]:
        """The columns whose defaults draw from a sequence under its new name."""
        for key, table in after.tables.items():
            old = before[key].columns
            yield from (
                (table, column) for name, column in table.columns.items() if old[name].default != column.default
            )

    def sequence_type(self, item: SequenceState) -> str:
        """The name of a sequence's type."""
        type_ = dict(item.options).get("data_type")
        return sa.BigInteger().compile(self.spelling.dialect) if type_ is None else self.spelling.type_name(type_)

    def is_fresh(self, item: SequenceState) -> bool:
        """Whether nobody has drawn from a sequence yet, as far as a live connection tells."""
        return False

    def unknown(self, item: ObjectState) -> UnsupportedError:
        """The refusal of a kind of object that nobody taught this editor."""
        return UnsupportedError(
            f"{self.spelling.dialect.name} cannot create or drop {item.key}",
            hint="write it as ops.RunSQL with state_operations",
        )
