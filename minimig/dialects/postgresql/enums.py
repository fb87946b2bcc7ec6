"""PostgreSQL's enum types: each lives from the first column that uses it to the last.

In go the states around an operation; out go CREATE TYPE, DROP TYPE, and the rebuild that other labels need. A type is
shared by columns of several tables while an operation speaks of one, so the first operation that wants other labels
rebuilds the type for all of them, and those that follow find it done.

`ALTER TYPE ... ADD VALUE` is not used: inside a transaction the new label cannot be used before the commit, so a data
step of the same migration would fail. (Alembic leaves enum types to the user; Django has none.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.postgresql.catalog import NAME_BYTES, Catalog
from minimig.dialects.postgresql.types import enum_in
from minimig.errors import StateError
from minimig.state.expressions import string_value
from minimig.state.parts import ColumnState, ForeignKeyState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.values import SqlExpression

TypeKey = tuple[str | None, str]
"""Schema and name of a type."""

Labels = tuple[str, ...]


@dataclass(frozen=True)
class Use:
    """A column whose type is, or holds, an enum type."""

    table: TableState
    column: ColumnState
    enum: postgresql.ENUM


class EnumTypes:
    """The enum types of one editor's database."""

    def __init__(self, editor: SchemaEditor) -> None:
        self._editor = editor
        self._made: dict[TypeKey, Labels] = {}

    def prepare(
        self,
        before: SchemaState,
        after: SchemaState,
        columns: Iterable[ColumnState],
        using: Mapping[tuple[str, str], str] | None = None,
    ) -> bool:
        """Make the types that `columns` are going to use; true when one was rebuilt, and these columns with it.

        `using` converts the values of one column, known by its table's key and its name.
        """
        wanted = self._wanted(columns)
        if not wanted:
            return False
        uses = self._uses(before)
        rebuilt = False
        for key, enum in wanted.items():
            users = uses.get(key, [])
            labels = self._labels(key, enum, users)
            if labels is None:
                self._editor.execute(self._editor.compile(postgresql.CreateEnumType(enum)))
            elif labels != tuple(enum.enums):
                self._rebuild(enum, users, after, using or {})
                rebuilt = True
            self._made[key] = tuple(enum.enums)
        return rebuilt

    def clean(self, after: SchemaState, columns: Iterable[ColumnState]) -> None:
        """Drop the types that `columns` used and nothing uses any more."""
        old = self._wanted(columns)
        still = self._uses(after) if old else {}
        for key, enum in old.items():
            if key not in still:
                self._editor.execute(self._editor.compile(postgresql.DropEnumType(enum)))
                self._made.pop(key, None)

    def _wanted(self, columns: Iterable[ColumnState]) -> dict[TypeKey, postgresql.ENUM]:
        enums = (self._enum_of(column) for column in columns)
        return {_key(enum): enum for enum in enums if enum is not None}

    def _enum_of(self, column: ColumnState) -> postgresql.ENUM | None:
        return enum_in(column.type.sa_type, self._editor.dialect)

    def _uses(self, state: SchemaState) -> dict[TypeKey, list[Use]]:
        found: dict[TypeKey, list[Use]] = {}
        for table in state.tables.values():
            for column in table.columns.values():
                enum = self._enum_of(column)
                if enum is not None:
                    found.setdefault(_key(enum), []).append(Use(table, column, enum))
        return found

    def _labels(self, key: TypeKey, enum: postgresql.ENUM, users: list[Use]) -> Labels | None:
        """The labels the database has now, or None when the type is yet to be made."""
        if key in self._made:
            return self._made[key]
        if self._editor.output.connection is not None:
            return Catalog(self._editor.output.connection).enum_labels(self._name(enum))
        known = [tuple(use.enum.enums) for use in users]
        # Users that disagree: an operation before this one has asked for other labels, and the type was rebuilt then.
        return tuple(enum.enums) if tuple(enum.enums) in known else next(iter(known), None)

    def _name(self, enum: postgresql.ENUM) -> str:
        return self._editor.dialect.identifier_preparer.format_type(enum)  # type: ignore[attr-defined, no-any-return]

    # --- other labels -------------------------------------------------------------------------------------------------

    def _rebuild(
        self,
        enum: postgresql.ENUM,
        users: list[Use],
        after: SchemaState,
        using: Mapping[tuple[str, str], str],
    ) -> None:
        """Put a new type in the place of the old one, and carry every column over by its text."""
        editor = self._editor
        dependents = _Dependents(editor, users)
        aside = f"{str(enum.name)[: NAME_BYTES - 5]}__old"
        for statement in dependents.drop():
            editor.execute(statement)
        editor.execute(f"ALTER TYPE {self._name(enum)} RENAME TO {editor.quote(aside)}")
        editor.execute(editor.compile(postgresql.CreateEnumType(enum)))
        for use in users:
            self._carry_over(use, enum, after, using.get((use.table.key, use.column.name)))
        editor.execute(f"DROP TYPE {editor.schema_prefix(enum.schema)}{editor.quote(aside)}")
        for statement in dependents.add():
            editor.execute(statement)

    def _carry_over(self, use: Use, enum: postgresql.ENUM, after: SchemaState, using: str | None) -> None:
        editor, name = self._editor, self._editor.quote(use.column.name)
        alter = f"{editor.alter(use.table)} ALTER COLUMN {name}"
        type_ = editor.column_type(use.column)
        array = type_[len(self._name(enum)) :]  # "[]" for an array of the enum
        if use.column.default is not None:
            editor.execute(f"{alter} DROP DEFAULT")
        editor.execute(f"{alter} TYPE {type_} USING {using or f'{name}::text{array}::{type_}'}")
        default = self._default_after(use, enum, after)
        if default is not None:
            editor.execute(f"{alter} SET DEFAULT {default}")

    def _default_after(self, use: Use, enum: postgresql.ENUM, after: SchemaState) -> str | None:
        """The column's default, unless it is a label that is gone: then the column's own operation will set another."""
        column = after[use.table.key].column(use.column.name)
        label = string_value(column.default.text) if column.default is not None else None
        return None if label is not None and label not in enum.enums else self._editor.default_sql(column)


def _key(enum: postgresql.ENUM) -> TypeKey:
    if enum.name is None:
        raise StateError(
            f"the enum of {', '.join(enum.enums)} has no name, and PostgreSQL keeps enums as types with names",
            hint="give it one, as in sa.Enum(..., name='status')",
        )
    return enum.schema, str(enum.name)


class _Dependents:
    """Checks, foreign keys and index expressions that compare a column with the old type: they step aside meanwhile."""

    def __init__(self, editor: SchemaEditor, users: list[Use]) -> None:
        self._editor = editor
        self._users: dict[str, tuple[TableState, set[str]]] = {}
        for use in users:
            self._users.setdefault(use.table.key, (use.table, set()))[1].add(use.column.name)

    def drop(self) -> Iterator[str]:
        for table, name in self._constraints():
            yield f"{self._editor.alter(table)} DROP CONSTRAINT {self._editor.quote_constraint(name)}"
        for table, name in self._indexes():
            yield f"DROP INDEX {self._editor.qualified(table.schema, name)}"

    def add(self) -> Iterator[str]:
        for table, name in self._constraints():
            built = self._editor.built(table)
            yield self._editor.compile(AddConstraint(self._editor.built_constraint(built, name)))
        for table, name in self._indexes():
            yield self._editor.create_index_sql(self._editor.built(table), name)

    def _constraints(self) -> Iterator[tuple[TableState, str]]:
        for table, columns in self._users.values():
            for constraint in table.constraints.values():
                mentions = not columns.isdisjoint(columns_of(constraint, table))
                if mentions and not isinstance(constraint, UniqueState) and self._alone(constraint):
                    yield table, constraint.name

    def _alone(self, constraint: object) -> bool:
        """A foreign key compares two columns; only one between two tables known here can be rebuilt on both sides."""
        return not isinstance(constraint, ForeignKeyState) or constraint.target in self._users

    def _indexes(self) -> Iterator[tuple[TableState, str]]:
        for table, columns in self._users.values():
            for index in table.indexes.values():
                texts = [*index.elements, *(value for _, value in index.options)]
                has_text = any(isinstance(text, SqlExpression) for text in texts)
                if has_text and not columns.isdisjoint(columns_of(index, table)):
                    yield table, index.name
