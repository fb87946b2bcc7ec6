"""How one dialect spells names, clauses and CREATE statements: what every schema editor is built on.

In go states, out comes SQL text that is sent as it stands, without parameters. SQLAlchemy's own DDL compilers do most
of the work; `Spelling` hands them tables (`built`) and takes back text. Nothing here is executed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex

from minimig.dialects.excerpt import brings_checks, excerpt, excerpt_for, holding, parts_of
from minimig.dialects.names import shortened
from minimig.dialects.phrases import Phrases
from minimig.errors import UnsupportedError
from minimig.state.compiling import why_not
from minimig.state.parts import ColumnState, ConstraintState, ExcludeState, IndexState
from minimig.state.tables import TableState
from minimig.state.to_metadata import ddl_table, sa_column
from minimig.state.values import SqlExpression, SqlType

T = TypeVar("T")


def plain_dialect(dialect: sa.Dialect) -> sa.Dialect:
    """The same dialect, spelling a percent sign as one percent sign.

    Drivers of the format styles want it doubled in statements that take parameters; ours take none, and in a script the
    doubled sign would be wrong.
    """
    plain: Any = copy(dialect)
    plain.__dict__.pop("_type_memos", None)  # remembers how types spell literals for the dialect it was copied from
    plain.paramstyle = "named"
    plain.positional = False
    plain.identifier_preparer = copy(dialect.identifier_preparer)
    plain.identifier_preparer.dialect = plain
    plain.identifier_preparer._strings = {}  # noqa: SLF001 (remembers names with their percent signs doubled)
    plain.identifier_preparer._double_percents = False  # noqa: SLF001 (SQLAlchemy has no public switch)
    plain.type_compiler_instance = type(dialect.type_compiler_instance)(plain)
    plain.type_compiler = plain.type_compiler_instance
    if getattr(plain, "is_mariadb", False):
        plain.supports_sequences = True  # since 10.3; SQLAlchemy knows it only once it is connected
    return plain  # type: ignore[no-any-return]


def _draws(default: SqlExpression) -> bool:
    return isinstance(default.element, sa.sql.functions.next_value)


class Spelling:
    """Text for one dialect. A subclass overrides what its database spells differently."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = plain_dialect(dialect)
        self.phrases = Phrases()
        """What has been said already."""

    # --- names --------------------------------------------------------------------------------------------------------

    def quote(self, name: str) -> str:
        """A column's or table's name, quoted when the dialect needs it."""
        return self.dialect.identifier_preparer.quote(name)

    def shortened(self, name: str) -> str:
        """A constraint's or index's name, shortened as SQLAlchemy does when it is over the limit."""
        return shortened(self.dialect, name)

    def quote_constraint(self, name: str) -> str:
        """A constraint's or index's name, quoted, and shortened when it is over the limit."""
        return self.quote(self.shortened(name))

    def qualified(self, schema: str | None, name: str) -> str:
        """A name in a schema, quoted: for indexes, which PostgreSQL keeps beside their table."""
        return self.schema_prefix(schema) + self.quote_constraint(name)

    def schema_prefix(self, schema: str | None) -> str:
        """`schema.`, or nothing for the default schema."""
        return f"{self.dialect.identifier_preparer.quote_schema(schema)}." if schema else ""

    def table(self, table: TableState) -> str:
        """A table's name in its schema, quoted."""
        return self.schema_prefix(table.schema) + self.quote(table.name)

    def alter(self, table: TableState) -> str:
        """ALTER TABLE with the name."""
        return f"ALTER TABLE {self.table(table)}"

    def string(self, value: str) -> str:
        """A string literal."""
        compiler: Any = self.dialect.statement_compiler(self.dialect, None)
        return str(compiler.render_literal_value(value, sa.String()))

    @contextmanager
    def _refusing(self, what: str) -> Iterator[None]:
        """SQLAlchemy's refusal to compile, as an error for people."""
        try:
            yield
        except (sa.exc.CompileError, sa.exc.ArgumentError) as error:
            name = self.dialect.name
            raise UnsupportedError(
                f"{what} cannot be said in {name}: {why_not(error)}",
                hint=f'use what {name} has; a type can have a variant for it: .with_variant(sa.JSON(), "{name}")',
                code="MM503",
            ) from error

    # --- tables -------------------------------------------------------------------------------------------------------

    def spelled(self, table: TableState) -> TableState:
        """The table with SQL text as this database reads it. A dialect that reads standard SQL leaves it alone."""
        return table

    def built(self, table: TableState) -> sa.Table:
        """The table as SQLAlchemy's compilers take it. Raises UnsupportedError for what the database cannot have."""
        self.refuse(table)
        return ddl_table(self.spelled(table))

    def refuse(self, table: TableState) -> None:
        """Raise UnsupportedError for what the database cannot have."""
        self._refuse_exclusion(table)
        for column in table.columns.values():
            if not self.dialect.supports_sequences and column.default and _draws(column.default):
                raise UnsupportedError(
                    f"the default of {table.key}.{column.name} is the next value of a sequence, and {self.dialect.name}"
                    " has no sequences",
                    hint="use sa.Identity(), or give the sequence to the column: sa.Column(..., sa.Sequence(...))",
                )

    def excerpt(self, table: TableState, columns: Collection[str]) -> TableState:
        """As much of a table as clauses about these columns need. A dialect that must see all of it gives all."""
        return excerpt(table, columns)

    def excerpt_for(self, table: TableState, item: ConstraintState | IndexState) -> TableState:
        """As much of a table as this constraint or index of it needs."""
        return excerpt_for(self.excerpt, table, item)

    def said(self, name: str, table: TableState, say: Callable[[sa.Table], T]) -> T:
        """What `say` makes of a table, or an excerpt of one, when it is built: once in the life of `phrases`."""
        return self.phrases.once(name, parts_of(table), lambda: say(self.built(table)))

    def _refuse_exclusion(self, table: TableState) -> None:
        excluding = [c.name for c in table.constraints.values() if isinstance(c, ExcludeState)]
        if excluding and not hasattr(self.dialect.ddl_compiler, "visit_exclude_constraint"):
            raise UnsupportedError(
                f"table {table.key} has an EXCLUDE constraint, {', '.join(excluding)}, which only PostgreSQL can do",
                hint='leave it out of the models, and add it with ops.RunSQL({"postgresql": "ALTER TABLE ..."})',
            )

    def compile(self, element: sa.schema.DDLElement) -> str:
        """One of SQLAlchemy's own DDL elements in this dialect."""
        with self._refusing("this"):
            return str(element.compile(dialect=self.dialect)).strip()

    def create_index_sql(self, built: sa.Table, name: str) -> str:
        """CREATE INDEX for the index of that name."""
        return self.compile(CreateIndex(next(i for i in built.indexes if i.name == name)))

    def built_constraint(self, built: sa.Table, name: str) -> sa.Constraint:
        """The SQLAlchemy constraint of that name in a table made by `built`."""
        return next(c for c in built.constraints if c.name == name)

    # --- columns ------------------------------------------------------------------------------------------------------

    def column_specification(self, table: TableState, column: ColumnState) -> str:
        """A column as it stands in CREATE TABLE or ADD COLUMN."""

        def say(built: sa.Table) -> str:
            with self._refusing(f"column {table.key}.{column.name}"):
                return str(self.ddl_compiler().get_column_specification(built.c[column.name]))

        return self.said(f"column {column.name}", self.excerpt(holding(table, column), [column.name]), say)

    def column_type(self, column: ColumnState) -> str:
        """A column's type."""
        with self._refusing(f"column {column.name}"):
            return str(column.type.sa_type.compile(dialect=self.dialect))

    def type_name(self, type_: SqlType) -> str:
        """A type that is no column's."""
        return str(type_.sa_type.compile(dialect=self.dialect))

    def default_sql(self, column: ColumnState) -> str | None:
        """A column's server default as this dialect spells it, or None."""
        default: str | None = self.ddl_compiler().get_column_default_string(sa_column(column))
        return default

    def checks_of_type(self, table: TableState, column: str) -> list[sa.Constraint]:
        """CHECK constraints that come with a column's type (Enum, Boolean) on this dialect."""
        if not brings_checks(table.columns[column].type):
            return []
        return self.type_checks(self.built(self.excerpt(table, [column])), column)

    def type_checks(self, built: sa.Table, column: str) -> list[sa.Constraint]:
        """The same in a table made by `built`."""
        compiler = self.ddl_compiler()
        bound: list[Any] = [c for c in built.constraints if getattr(c, "_type_bound", False)]
        rules = [(check, getattr(check, "_create_rule", None)) for check in bound if column in check.columns]
        return [check for check, rule in rules if rule is None or rule(compiler)]

    def ddl_compiler(self) -> Any:
        """SQLAlchemy's DDL compiler of this dialect, for the clauses that have no element of their own."""
        return self.dialect.ddl_compiler(self.dialect, None)  # type: ignore[arg-type]
