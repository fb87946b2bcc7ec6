"""A PostgreSQL enum type rebuilt: other labels, or another order, for every column that uses it.

PostgreSQL can add and rename a label in place, and nothing else. A new type takes the name of the old one, every column
is carried over by its text, and what compares a column with the old type steps aside meanwhile: CHECKs, keys between
two such columns, index expressions and predicates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.postgresql.catalog import NAME_BYTES
from minimig.errors import UnsupportedError
from minimig.state.expressions import names_in, speaks_of
from minimig.state.parts import ColumnState, ForeignKeyState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.values import SqlExpression


@dataclass(frozen=True)
class Use:
    """A column whose type is, or holds, a named type."""

    table: TableState
    column: ColumnState
    type: postgresql.ENUM | postgresql.DOMAIN


Using = Mapping[tuple[str, str], str]
"""What converts the values of a column, known by its table's key and its name."""


@dataclass(frozen=True)
class EnumRebuild:
    """An enum type on its way to other labels; `values` says which label becomes which other one."""

    editor: SchemaEditor
    enum: postgresql.ENUM
    users: Sequence[Use]
    after: SchemaState
    values: Mapping[str, str]

    def execute(self, using: Using) -> None:
        """All statements. Raises UnsupportedError, before the first, for a column that another is computed from."""
        editor = self.editor
        for use in self.users:
            _refuse_computed(use)
        dependents = _Dependents(editor, self.users, self.after)
        aside = f"{str(self.enum.name)[: NAME_BYTES - 5]}__old"
        for statement in dependents.drop():
            editor.execute(statement, "what is built on a column of the type steps aside")
        why = "PostgreSQL takes no label out of an enum: a new type takes the place of the old one"
        editor.execute(f"ALTER TYPE {self._name} RENAME TO {editor.quote(aside)}", why)
        editor.execute(editor.compile(postgresql.CreateEnumType(self.enum)), why)
        for use in self.users:
            self._carry_over(use, using.get((use.table.key, use.column.name)))
        editor.execute(
            f"DROP TYPE {editor.schema_prefix(self.enum.schema)}{editor.quote(aside)}", "no column has it any more"
        )
        for statement in dependents.add():
            editor.execute(statement, "what stepped aside comes back")

    @property
    def _name(self) -> str:
        return self.editor.dialect.identifier_preparer.format_type(self.enum)  # type: ignore[attr-defined, no-any-return]

    def _carry_over(self, use: Use, using: str | None) -> None:
        editor, name = self.editor, self.editor.quote(use.column.name)
        alter = f"{editor.alter(use.table)} ALTER COLUMN {name}"
        type_ = editor.column_type(use.column)
        array = type_[len(self._name) :]  # "[]" for an array of the enum
        if use.column.default is not None:
            editor.execute(f"{alter} DROP DEFAULT", "the default is a label of the old type")
        text = relabelled(editor, f"{name}::text{array}", self.values, array=bool(array))
        why = "each row goes from the old type to the new one by its text"
        editor.execute(f"{alter} TYPE {type_} USING {using or f'{text}::{type_}'}", why)
        default = self._default_after(use)
        if default is not None:
            editor.execute(f"{alter} SET DEFAULT {default}")

    def _default_after(self, use: Use) -> str | None:
        """The column's default, unless it is a label that is gone: then the column's own operation will set another."""
        column = self.after[use.table.key].column(use.column.name)
        if not isinstance(use.type, postgresql.ENUM) or column.default is None:
            return None
        gone = [label for label in use.type.enums if label not in self.enum.enums]
        return None if any(speaks_of(column.default.text, label) for label in gone) else self.editor.default_sql(column)


def relabelled(editor: SchemaEditor, text: str, values: Mapping[str, str], *, array: bool) -> str:
    """SQL for a label, or an array of labels, as text, with some of them replaced."""
    if not values:
        return text
    if not array:
        return f"({editor.replaced(text, values)})"
    for old, new in values.items():
        text = f"array_replace({text}, {editor.string(old)}, {editor.string(new)})"
    return text


def _refuse_computed(use: Use) -> None:
    computed = (c for c in use.table.columns.values() if c.computed is not None)
    users = [c.name for c in computed if c.computed and names_in(c.computed.expression.text, [use.column.name])]
    if users:
        raise UnsupportedError(
            f"enum {use.type.name} cannot be rebuilt: column {use.table.key}.{', '.join(users)} is computed from"
            f" {use.column.name}, and PostgreSQL converts no such column",
            hint="drop the computed column before and add it again after the change",
        )


class _Dependents:
    """Checks, foreign keys and index expressions that compare a column with the old type: they step aside meanwhile."""

    def __init__(self, editor: SchemaEditor, users: Sequence[Use], after: SchemaState) -> None:
        self._editor = editor
        self._after = after
        self._users: dict[str, tuple[TableState, set[str]]] = {}
        for use in users:
            self._users.setdefault(use.table.key, (use.table, set()))[1].add(use.column.name)

    def drop(self) -> Iterator[str]:
        for table, name in self._constraints():
            yield f"{self._editor.alter(table)} DROP CONSTRAINT {self._editor.quote_constraint(name)}"
        for table, name in self._indexes():
            yield f"DROP INDEX {self._editor.qualified(table.schema, name)}"

    def add(self) -> Iterator[str]:
        """As they are afterwards: what they say of a label has followed it."""
        for table, name in self._constraints():
            built = self._editor.built(self._after[table.key])
            yield self._editor.compile(AddConstraint(self._editor.built_constraint(built, name)))
        for table, name in self._indexes():
            yield self._editor.create_index_sql(self._editor.built(self._after[table.key]), name)

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
