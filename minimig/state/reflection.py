"""A live database becomes a state.

In goes a connection, out comes a `SchemaState` of what the database reports, in the database's own spelling: a
normalizer (`minimig.dialects`) brings that and the models to one spelling. What a database makes by itself, such as the
index behind a unique constraint, is left out; what has no name gets the one that `naming` would give.

Alembic reflects into a MetaData, table after table; here states are built from the Inspector's rows directly, all
tables of a schema at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from minimig.state import naming
from minimig.state.from_items import IDENTITY_OPTIONS
from minimig.state.options import freeze_options
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ComputedState,
    ConstraintState,
    ExcludeState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    Options,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.raw_tables import RawTable, Row, read_tables, table_names
from minimig.state.raw_type import RawType
from minimig.state.reader import Reader
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, table_key
from minimig.state.values import GENERIC, SqlExpression, SqlType


def nothing(_key: str) -> bool:
    """The default of `reflect`'s `ignore`: no table is left out."""
    return False


def reflect(
    connection: sa.Connection,
    reader: Reader,
    *,
    schemas: Iterable[str | None] = (None,),
    ignore: Callable[[str], bool] = nothing,
) -> SchemaState:
    """The tables of the given schemas; None is the connection's default schema. Views are no tables.

    A table of the default schema is keyed without schema, even when that schema is asked for by its name. A table
    whose key `ignore` answers for with True is left out, and nothing but its name is read.
    """
    default = connection.dialect.default_schema_name
    found: dict[str, TableState] = {}
    for schema in dict.fromkeys(None if schema == default else schema for schema in schemas):
        for table in _Schema(connection, reader, schema).tables(ignore=ignore):
            found[table.key] = table
    return SchemaState(found)


def reflect_temporary(connection: sa.Connection, reader: Reader, names: Collection[str]) -> SchemaState:
    """The temporary tables of these names."""
    return SchemaState.of(_Schema(connection, reader, None).tables(names))


class _Schema:
    """Turns the rows of one schema into states."""

    def __init__(self, connection: sa.Connection, reader: Reader, schema: str | None) -> None:
        self.connection = connection
        self.reader = reader
        self.dialect = connection.dialect
        self.schema = schema

    def tables(self, temporary: Collection[str] = (), ignore: Callable[[str], bool] = nothing) -> Iterator[TableState]:
        schema = self.schema
        if schema is None and not temporary and self.reader.names_schema:
            schema = self.dialect.default_schema_name
        only = None if ignore is nothing else self.names(schema, ignore)
        raw: dict[str, RawTable] = {}
        if temporary:
            raw = read_tables(self.connection, schema, temporary)
            self.reader.complete_temporary(self.connection, raw)
        elif only is None or only:
            raw = self.reader.tables(self.connection, schema, only)
            self.reader.complete(self.connection, schema, raw)
        return (self.table(raw.pop(name)) for name in list(raw))  # what became a state is not kept beside it

    def names(self, schema: str | None, ignore: Callable[[str], bool]) -> list[str] | None:
        """The tables that are not ignored; None when that is all of them."""
        names = table_names(self.connection, schema)
        wanted = [name for name in names if not ignore(table_key(name, self.schema))]
        return None if len(wanted) == len(names) else wanted

    def table(self, raw: RawTable) -> TableState:
        key = tuple(raw.primary_key.get("constrained_columns") or ())
        constraints: dict[str, ConstraintState] = {}
        for constraint in self.constraints(raw):
            constraints.setdefault(constraint.name, constraint)
        indexes = (self.index(row) for row in raw.indexes if not _duplicates_constraint(row, constraints))
        return TableState(
            name=raw.name,
            schema=self.schema,
            columns={row["name"]: self.column(row, key) for row in raw.columns},
            primary_key=self.primary_key(raw.primary_key, key) if key else None,
            constraints=constraints,
            indexes={index.name: index for index in indexes},
            comment=raw.comment or None,
            # The Inspector says `mysql_default charset`, which no keyword argument can be called.
            options=freeze_options({name.replace(" ", "_"): value for name, value in raw.options.items()}),
        )

    def column(self, row: Row, key: tuple[str, ...]) -> ColumnState:
        name, type_, computed, identity = row["name"], row["type"], row.get("computed"), row.get("identity")
        own_sequence = bool(row.get("owns_sequence")) and name in key
        default = None if own_sequence or computed else row.get("default")
        return ColumnState(
            name=str(name),
            # A column of SQLite may have no type at all; it then stores what it is given.
            type=SqlType.of(RawType("") if isinstance(type_, sa.types.NullType) else type_),
            nullable=bool(row["nullable"]) and name not in key,
            default=None if default is None else SqlExpression(str(default)),
            comment=row.get("comment") or None,
            computed=computed and ComputedState(SqlExpression(computed["sqltext"]), computed.get("persisted")),
            identity=identity and _identity(identity),
            autoincrement=self.reader.autoincrement(row, key),
            options=freeze_options(row.get("options") or {}),
        )

    def primary_key(self, row: Row, key: tuple[str, ...]) -> PrimaryKeyState:
        options = self.options(row, sa.PrimaryKeyConstraint)
        return PrimaryKeyState(key, row.get("name"), options, row.get("deferrable"), row.get("initially"))

    def constraints(self, raw: RawTable) -> Iterator[ConstraintState]:
        table = raw.name
        for row in raw.uniques:
            columns = tuple(row["column_names"])
            yield UniqueState(
                name=row["name"] or naming.unique_name(table, columns),
                columns=columns,
                deferrable=row.get("deferrable"),
                initially=row.get("initially"),
                options=self.options(row, sa.UniqueConstraint),
            )
        for row in raw.foreign_keys:
            yield self.foreign_key(table, row)
        for row in raw.checks:
            text = row["sqltext"]
            name = row["name"] or naming.check_name(table, text, [c["name"] for c in raw.columns])
            yield CheckState(name, SqlExpression(text), self.options(row, sa.CheckConstraint))
        for row in raw.excludes:
            yield ExcludeState(
                name=row["name"],
                elements=row["elements"],
                deferrable=row["deferrable"],
                initially=row["initially"],
                options=freeze_options(row["options"]),
            )

    def foreign_key(self, table: str, row: Row) -> ForeignKeyState:
        columns, options = tuple(row["constrained_columns"]), row.get("options") or {}
        schema = row["referred_schema"]
        target = table_key(row["referred_table"], None if schema == self.dialect.default_schema_name else schema)
        return ForeignKeyState(
            name=row["name"] or naming.foreign_key_name(table, columns, target),
            columns=columns,
            target=target,
            target_columns=tuple(row["referred_columns"]),
            ondelete=options.get("ondelete"),
            onupdate=options.get("onupdate"),
            deferrable=options.get("deferrable"),
            initially=options.get("initially"),
            match=options.get("match"),
            options=self.options(row, sa.ForeignKeyConstraint),
        )

    def index(self, row: Row) -> IndexState:
        elements = row.get("elements") or tuple(_index_elements(row))
        return IndexState(str(row["name"]), elements, bool(row["unique"]), self.options(row, sa.Index))

    def options(self, row: Row, construct: type[Any]) -> Options:
        """The dialect options that SQLAlchemy would also take; empty ones were not given."""
        given = row.get("dialect_options")
        if not given:
            return ()
        taken = _arguments(self.dialect, construct)
        return freeze_options(
            {
                key: sa.text(value.replace(":", "\\:")) if key.endswith("_where") and isinstance(value, str) else value
                for key, value in given.items()
                if value not in (None, False, [], {}, ()) and key.partition("_")[2] in taken
            }
        )


def _identity(row: Row) -> IdentityState:
    options = {name: row.get(name) for name in IDENTITY_OPTIONS}
    options["on_null"] = options["on_null"] or None  # Oracle says no where nobody asked
    return IdentityState(bool(row["always"]), freeze_options(options))


def _index_elements(row: Row) -> Iterator[str | SqlExpression]:
    sorting: Mapping[str, tuple[str, ...]] = row.get("column_sorting") or {}
    collations: Mapping[str, str] = row.get("collations") or {}
    texts = row.get("expressions") or row["column_names"]
    for column, text in zip(row["column_names"], texts, strict=True):
        order = " ".join(sorting.get(text, ())).replace("_", " ").upper()
        order = f"COLLATE {collations[column]} {order}".rstrip() if column in collations else order
        if column is not None and not order:
            yield str(column)
        else:
            spelled = text if column is None else GENERIC.identifier_preparer.quote(column)
            yield SqlExpression(f"{spelled} {order}".rstrip())


def _duplicates_constraint(row: Row, constraints: Mapping[str, ConstraintState]) -> bool:
    """Whether an index is only the other face of a unique constraint."""
    return bool(row.get("duplicates_constraint")) or isinstance(constraints.get(row["name"]), UniqueState)


def _arguments(dialect: sa.Dialect, construct: type[Any]) -> Mapping[str, Any]:
    taken: dict[str, Any] = {}
    for cls, names in dialect.construct_arguments or ():
        if issubclass(construct, cls):  # SQLite speaks of every Constraint at once
            taken.update(names)
    return taken
