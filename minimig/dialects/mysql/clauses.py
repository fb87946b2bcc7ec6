"""The clauses of ALTER TABLE as MySQL and MariaDB say them.

Both take many clauses in one statement, and that statement happens as a whole or not at all, which is as close to a
transaction as their DDL comes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import AddConstraint

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.limits import Limits
from minimig.dialects.mysql.limits import LIMITS
from minimig.dialects.mysql.refusals import refuse
from minimig.dialects.mysql.rights import mysql_lacks
from minimig.dialects.mysql.text import requote_names, spell, with_expression_defaults
from minimig.errors import UnsupportedError
from minimig.state.expressions import names_in
from minimig.state.named_types import Labels
from minimig.state.parts import CheckState, ColumnState, ConstraintState, ForeignKeyState, UniqueState
from minimig.state.tables import TableState, columns_of
from minimig.state.type_parts import plain_type


class MySQLClauses(SchemaEditor):
    """What the editor and its helpers build statements from."""

    limits: ClassVar[Limits] = LIMITS
    lacks = staticmethod(mysql_lacks)
    maker_owns: ClassVar[bool] = False

    @property
    def mariadb(self) -> bool:
        """Whether the server is MariaDB: known from the connection, or by the name of the dialect."""
        return bool(getattr(self.dialect, "is_mariadb", False)) or self.dialect.name == "mariadb"

    def rolls_back(self, table: sa.Table) -> bool:
        """Not with MyISAM, Aria or MEMORY; a table that is not found has no rows to lose."""
        if self.output.connection is None:
            return True
        schema = "DATABASE()" if table.schema is None else ":schema"
        query = sa.text(f"""
            SELECT e.transactions FROM information_schema.tables t
            JOIN information_schema.engines e ON e.engine = t.engine
            WHERE t.table_schema = {schema} AND t.table_name = :name
        """)
        values = {"name": table.name, **({} if table.schema is None else {"schema": table.schema})}
        return self.output.connection.execute(query, values).scalar() in ("YES", None)

    @property
    def conditional(self) -> Mapping[bool, tuple[str, ...]]:
        """MariaDB has the words nearly everywhere, MySQL for whole tables alone."""
        if not self.mariadb:
            return {True: ("DROP TABLE",), False: ("CREATE TABLE",)}
        dropped = ("DROP COLUMN", "DROP INDEX", "DROP CONSTRAINT", "DROP FOREIGN KEY", "RENAME COLUMN")
        return {
            True: ("DROP TABLE", "ALTER TABLE(?= {table} RENAME TO)", f"ALTER TABLE {{table}} (?:{'|'.join(dropped)})"),
            False: ("CREATE TABLE", "CREATE(?: UNIQUE)? INDEX", "ALTER TABLE {table} ADD COLUMN"),
        }

    def spelled(self, table: TableState) -> TableState:
        spelled = spell(table, mariadb=self.mariadb)
        return spelled if self.mariadb else with_expression_defaults(spelled, self.dialect)

    def built(self, table: TableState) -> sa.Table:
        """As everywhere. Raises UnsupportedError for what `refusals` knows of.

        So it does for expressions over the column that numbers itself (error 1901).
        """
        refuse(table, self.dialect, mariadb=self.mariadb)
        built = super().built(table)
        column = built.autoincrement_column
        if column is not None and column.server_default is None:
            users = list(_expressions_over(table, column.name))
            if users:
                raise UnsupportedError(
                    f"{table.key}.{column.name} numbers itself, which MySQL and MariaDB refuse to a column that a CHECK"
                    f" or a computed column uses: {', '.join(users)}",
                    hint="give the column autoincrement=False, or drop what uses it",
                )
        return built

    def excerpt(self, table: TableState, columns: Collection[str]) -> TableState:
        """All of it: `built` looks at the whole table for what has to be refused."""
        return table

    def alter_clauses(self, table: TableState, clauses: Iterable[str], why: str | None = None) -> None:
        """One ALTER TABLE with these clauses, if there are any."""
        listed = list(clauses)
        if len(listed) > 1:
            why = why or "one ALTER TABLE for all of it: each one alone would commit, and might copy the table"
        if listed:
            self.execute(f"{self.alter(table)} {', '.join(listed)}", why)

    def add_clause(self, constraint: sa.Constraint) -> str:
        """ADD with a constraint, as a clause of ALTER TABLE."""
        return self.compile(AddConstraint(constraint)).removeprefix(
            f"ALTER TABLE {self.dialect.identifier_preparer.format_table(constraint.table)} "
        )

    def drop_clause(self, constraint: ConstraintState) -> str:
        """DROP with a constraint, as a clause of ALTER TABLE."""
        name = self.quote_constraint(constraint.name)
        if isinstance(constraint, ForeignKeyState):
            return f"DROP FOREIGN KEY {name}"
        return f"DROP INDEX {name}" if isinstance(constraint, UniqueState) else self.drop_check_clause(name)

    def drop_check_clause(self, name: str) -> str:
        """DROP with the quoted name of a CHECK."""
        return f"DROP {'CONSTRAINT' if self.mariadb else 'CHECK'} {name}"

    def modify_clause(self, table: TableState, column: ColumnState) -> str:
        """MODIFY COLUMN with everything the column is, so that nothing is lost."""
        return f"MODIFY COLUMN {self.column_specification(table, column)}"

    def placement(self, table: TableState, column: ColumnState) -> str:
        """FIRST or AFTER another column, where a column does not go to the end."""
        names = list(table.columns)
        if names[-1] == column.name:
            return ""
        place = names.index(column.name)
        return f"AFTER {self.quote(names[place - 1])}" if place else "FIRST"

    def ordering_clauses(self, old: TableState, new: TableState) -> Iterator[str]:
        """MODIFY for each column that has to move, one after the other, until the order is the new one."""
        order = list(old.columns)
        for place, name in enumerate(new.columns):
            if order[place] != name:
                order.remove(name)
                order.insert(place, name)
                where = f"AFTER {self.quote(order[place - 1])}" if place else "FIRST"
                yield f"{self.modify_clause(new, new.column(name))} {where}"

    def fill(self, table: TableState, column: ColumnState, fill: str, *, only_null: bool) -> None:
        where = f" WHERE {self.quote(column.name)} IS NULL" if only_null else ""
        self.update(table, column.name, requote_names(fill, table), where)

    def holds_label(self, column: ColumnState, labels: Sequence[str]) -> str:
        if isinstance(plain_type(column.type.sa_type), mysql.SET):
            found = (f"FIND_IN_SET({self.string(label)}, {self.quote(column.name)})" for label in labels)
            return " OR ".join(found)
        return super().holds_label(column, labels)

    def both_labels(self, column: ColumnState, before: Labels, after: Labels) -> Labels:
        """Labels that differ in case alone are one label, unless the column's collation tells them apart."""
        collation = str(getattr(plain_type(column.type.sa_type), "collation", None) or "")
        if collation.endswith(("_bin", "_cs")):
            return super().both_labels(column, before, after)
        known = {label.casefold() for label in before}
        return (*before, *(label for label in after if label.casefold() not in known))

    def replace_labels(self, table: TableState, column: ColumnState, values: Mapping[str, str]) -> None:
        name = self.quote(column.name)
        where = f" WHERE {self.holds_label(column, tuple(values))}"
        self.update(table, column.name, self.replaced(name, values), where)

    def update(self, table: TableState, column: str, value: str, where: str = "") -> None:
        """Give one column of the rows a value, and no other: ON UPDATE would set moments that were not asked for.

        A column that is assigned its own value stays as it is (MySQL manual, "Automatic Initialization and Updating
        for TIMESTAMP and DATETIME").
        """
        moments = (c for c in table.columns.values() if isinstance(plain_type(c.type.sa_type), sa.DateTime))
        kept = [self.quote(c.name) for c in moments if c.name != column and c.computed is None]
        assignments = [f"{self.quote(column)} = {value}", *(f"{name} = {name}" for name in kept)]
        why = "the rows get their value now"
        why += "; a column set to itself is one that ON UPDATE would touch" if kept else ""
        self.execute(f"UPDATE {self.table(table)} SET {', '.join(assignments)}{where}", why)


def _expressions_over(table: TableState, column: str) -> Iterator[str]:
    """The names of CHECKs and computed columns that use a column."""
    for constraint in table.constraints.values():
        if isinstance(constraint, CheckState) and column in columns_of(constraint, table):
            yield constraint.name
    for other in table.columns.values():
        if other.computed is not None and names_in(other.computed.expression.text, [column]):
            yield other.name
