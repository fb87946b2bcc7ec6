"""The schema editor: one operation in, one dialect's statements out.

`SchemaEditor` speaks standard SQL (close to PostgreSQL's). To support another database:

1. Subclass `SchemaEditor` in a file named for the database, and set the capability flags below.
2. Override the methods whose SQL differs. Each gets a `TableChange`: the table and the whole schema before and after,
   so nothing has to be asked, and a database that cannot alter may rebuild.
3. Raise `UnsupportedError` for what it cannot do; a run is rehearsed on paper first, so it stops before it begins.
4. Subclass `Normalizer` beside it (spell a state as the database would report it) and `Reader` (read what SQLAlchemy's
   Inspector leaves out), where the defaults do not do, and name them in `normalizer` and `reader`.
5. Say how its client wants a script written (`script`), and what a dialect should take for granted that is not going to
   be connected (`assume`). Where a column changes only while nothing is built on it, `aside` has the verbs for that.
6. Publish the class by the entry point `minimig.dialects`, under the name of SQLAlchemy's dialect, and run the contract
   suite in `tests/contract` against the real database.

An editor never decides what to do, only how to say it, and why it is needed here; when a transaction begins and ends is
the executor's business. What serves steps that people write (their SQL, rows and functions) is in `data`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, CreateTable, DropTableComment, SetTableComment

from minimig.dialects import why
from minimig.dialects.change import ColumnStep, EnumChange, TableChange
from minimig.dialects.enum_columns import alter_columns
from minimig.dialects.items import ItemEditor
from minimig.dialects.normalizer import Normalizer
from minimig.dialects.objects import ObjectEditor
from minimig.dialects.output import Output
from minimig.dialects.rights import Foresight
from minimig.dialects.script_style import ScriptStyle
from minimig.dialects.transaction import own_transaction
from minimig.dialects.waiting import Waiting
from minimig.errors import UnsupportedError
from minimig.state.expressions import is_constant
from minimig.state.parts import ColumnState, UniqueState
from minimig.state.reader import Reader
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.written import Item


class SchemaEditor(Foresight, ItemEditor):
    """Standard SQL. One editor serves one migration in one direction; `finish` must be called at its end."""

    normalizer: ClassVar[type[Normalizer]] = Normalizer
    """Spells states as the database reports them."""

    reader: ClassVar[type[Reader]] = Reader
    """Reads what SQLAlchemy's Inspector leaves out."""

    object_editor: ClassVar[type[ObjectEditor]] = ObjectEditor
    """Spells what is no table: views, sequences, functions and the like."""

    waiting: ClassVar[type[Waiting]] = Waiting
    """How long statements wait for other sessions, and which errors only say that one was in the way."""

    transactional_ddl: ClassVar[bool] = False
    """Whether a rolled back transaction takes DDL back."""

    supports_comments: ClassVar[bool] = True
    """Whether the database keeps comments on tables and columns."""

    script: ClassVar[ScriptStyle] = ScriptStyle()
    """How a script is written; `opening` and `closing` stand in it where DDL is transactional."""

    def __init__(self, dialect: sa.Dialect, output: Output) -> None:
        super().__init__(dialect, output)
        self.again = False
        """Whether an earlier run may have been killed in the middle of what is to be done outside a transaction."""
        self.objects = self.object_editor(self, output, self.normalizer, self.finish)

    @staticmethod
    def assume(dialect: sa.Dialect) -> None:
        """Tell a dialect that is not going to be connected what a server of our days would tell it."""

    # --- the life of an editor ----------------------------------------------------------------------------------------

    @staticmethod
    @contextmanager
    def transaction(connection: sa.Connection) -> Iterator[None]:
        """The transaction around one migration: committed at the end, rolled back when an error passes through."""
        with own_transaction(connection):
            yield

    @staticmethod
    def join(connection: sa.Connection) -> None:
        """See to it that a transaction of the caller holds DDL too."""

    @staticmethod
    @contextmanager
    def lock(connection: sa.Connection, name: str, wait: float) -> Iterator[None]:  # noqa: ARG004 - see subclasses
        """Keep other runners out while this one is at work on the version table `name`.

        Raises LockError when another one does not finish within `wait` seconds; without a lock everybody is let in.
        """
        yield

    @staticmethod
    def lock_holder(connection: sa.Connection, name: str) -> str | None:  # noqa: ARG004 - see subclasses
        """Who holds that lock, in words; None when it is free, or nobody can know. Waits for nothing, holds nothing."""
        return None

    @staticmethod
    def fingerprint(connection: sa.Connection, statement: str) -> str | None:  # noqa: ARG004 - see subclasses
        """What changes when something that a statement names does; None where nobody can tell (`fingerprint`)."""
        return None

    @staticmethod
    def is_unseen(statement: str) -> bool:  # noqa: ARG004 - see subclasses
        """Whether a statement may take effect, and not twice, without changing the fingerprint."""
        return False

    # --- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        """Create a table with everything it holds."""
        for statement, reason in self.phrases.once("create", (table,), lambda: tuple(self._creating(table))):
            self.execute(statement, reason)
        self.comment_new_table(table)

    def _creating(self, table: TableState) -> Iterator[tuple[str, str | None]]:
        apart, built = self.added_apart(table), self.built(table)
        yield self.compile(CreateTable(self._built_without(table, apart) if apart else built)), None
        for index in table.indexes.values():
            yield self.create_index_sql(built, index.name), why.INDEX_APART
        for name in apart:
            yield self.compile(AddConstraint(self.built_constraint(built, name))), why.AFTER_ITS_INDEX

    def _built_without(self, table: TableState, constraints: Collection[str]) -> sa.Table:
        """The table before these constraints come. A column that will point elsewhere does not number itself now."""
        bare = replace(table, constraints={n: c for n, c in table.constraints.items() if n not in constraints})
        counting = (built := self.built(bare)).autoincrement_column
        if counting is None or self.built(table).autoincrement_column is not None:
            return built
        column = replace(table.columns[counting.name], autoincrement=False)
        return self.built(replace(bare, columns={**table.columns, column.name: column}))

    def added_apart(self, table: TableState) -> tuple[str, ...]:
        """Constraints that CREATE TABLE cannot bring: foreign keys to the table itself that need one of its indexes."""
        uniques = {c.columns for c in table.constraints.values() if isinstance(c, UniqueState)}
        there = uniques | ({table.primary_key.columns} if table.primary_key else set())
        own = (key for key in table.foreign_keys if key.target == table.key)
        return tuple(key.name for key in own if key.target_columns not in there)

    def comment_new_table(self, table: TableState) -> None:
        """Comments of a new table, where they are statements of their own."""
        if not self.supports_comments or self.dialect.inline_comments:
            return
        if table.comment:
            self.comment_table(table, None)
        for column in (each for each in table.columns.values() if each.comment):
            self.comment_column(table, column, None)

    def comment_table(self, table: TableState, before: str | None) -> None:
        """Give a table its comment, or take away the one that it had before."""
        element = SetTableComment if table.comment else DropTableComment
        self.execute(self.compile(element(self.built(self.excerpt(table, ())))), why.COMMENT)

    def comment_column(self, table: TableState, column: ColumnState, before: str | None) -> None:
        """Give a column its comment, or take away the one that it had before."""
        # SQLAlchemy's DropColumnComment forgets the schema.
        text = "NULL" if column.comment is None else self.string(column.comment)
        self.execute(f"COMMENT ON COLUMN {self.table(table)}.{self.quote(column.name)} IS {text}", why.COMMENT)

    def drop_table(self, before: SchemaState, after: SchemaState, table: TableState) -> None:
        """Drop a table and its rows."""
        self.execute(f"DROP TABLE {self.table(table)}")

    def rename_table(self, before: SchemaState, after: SchemaState, old: TableState, new: TableState) -> None:
        """Rename a table; what points to it follows."""
        self.execute(f"ALTER TABLE {self.table(old)} RENAME TO {self.quote(new.name)}")

    def alter_table(self, change: TableChange) -> None:
        """Change a table's comment and options."""
        if change.old.options != change.new.options:
            self.alter_table_options(change)
        if change.old.comment != change.new.comment and self.supports_comments:
            self.comment_table(change.new, change.old.comment)

    def alter_table_options(self, change: TableChange) -> None:
        """Change dialect options of a table. Options of other dialects are nobody's business here."""
        changed = set(change.old.options) ^ set(change.new.options)
        mine = (f"{self.dialect.name}_", "prefixes")
        own = sorted({name for name, _ in changed if name.startswith(mine)})
        if own:
            raise UnsupportedError(
                f"changing {', '.join(own)} of table {change.new.key} is not supported on {self.dialect.name}",
                hint="write the change as ops.RunSQL with state_operations=[ops.AlterTable(...)]",
            )

    def rebuild_table(self, change: TableChange) -> None:
        """Write a table anew, its columns in the order of the new state."""
        raise UnsupportedError(
            f"table {change.new.key} cannot be built anew on {self.dialect.name}, nor its columns ordered",
            hint="leave ops.RebuildTable out; the order of columns makes no difference to minimig",
        )

    # --- columns ------------------------------------------------------------------------------------------------------

    def brought_by_column(
        self, change: TableChange, column: ColumnState, items: Sequence[Item], fill: str | None
    ) -> tuple[Item, ...]:
        """Those of the items written on a new column that `add_column` itself brings; the rest comes afterwards.

        `add_column` then gets a change whose new table has them and whose old table has not.
        """
        return ()

    def add_column(self, change: TableChange, column: ColumnState, fill: str | None) -> None:
        """Add a column; `fill` is the value of rows that exist already."""
        self.placement(change.new, column)
        if fill is None:
            self.add_column_sql(change, column)
        elif self.fills_by_default(column, fill):
            self.execute(self.add_column_clause(change, column, f"DEFAULT {fill}"), why.FILLED_BY_DEFAULT)
            self.drop_default(change.new, column)
            self.after_add_column(change, column)
        else:
            with self.because(why.LOOSE_AT_FIRST):
                self.add_column_sql(change, replace(column, nullable=True, default=None))
            self.fill(change.new, column, fill, only_null=False)
            if not column.nullable or column.default is not None:
                loose = replace(column, nullable=True, default=None)
                with self.because(why.FULL_NOW):
                    self.alter_column(change, loose, column)

    def fills_by_default(self, column: ColumnState, fill: str) -> bool:
        """Whether a default that stands only while the column is added can fill the rows."""
        return is_constant(fill) and column.default is None

    def drop_default(self, table: TableState, column: ColumnState) -> None:
        """Take the default away that filled the rows."""
        self.execute(f"{self.alter(table)} ALTER COLUMN {self.quote(column.name)} DROP DEFAULT", why.DEFAULT_HAS_FILLED)

    def add_column_sql(self, change: TableChange, column: ColumnState) -> None:
        """Add a column as it stands."""
        self.execute(self.add_column_clause(change, column))
        self.after_add_column(change, column)

    def add_column_clause(self, change: TableChange, column: ColumnState, extra: str = "") -> str:
        """ALTER TABLE ... ADD COLUMN ..."""
        parts = (self.column_specification(change.new, column), extra, self.placement(change.new, column))
        return f"{self.alter(change.new)} ADD COLUMN {' '.join(filter(None, parts))}"

    def placement(self, table: TableState, column: ColumnState) -> str:
        """Where ADD COLUMN puts a column that is not the last: refused unless the dialect overrides this."""
        if column.name == list(table.columns)[-1]:
            return ""
        raise UnsupportedError(
            f"{self.dialect.name} adds columns at the end only, and {table.key}.{column.name} is to stand elsewhere",
            hint="leave before= and after= out of ops.AddColumn; the order makes no difference to minimig",
        )

    def after_add_column(self, change: TableChange, column: ColumnState) -> None:
        """What ADD COLUMN itself does not do: comments, and CHECKs that the type brings along."""
        if column.comment and self.supports_comments and not self.dialect.inline_comments:
            self.comment_column(change.new, column, None)
        for check in self.checks_of_type(change.new, column.name):
            self.execute(self.compile(AddConstraint(check)), why.CHECK_OF_TYPE)

    def drop_column(self, change: TableChange, column: ColumnState) -> None:
        """Drop a column; nothing in the state uses it any more."""
        for check in self.checks_of_type(change.old, column.name):
            self.drop_constraint_sql(change.old, str(check.name))
        self.execute(f"{self.alter(change.old)} DROP COLUMN {self.quote(column.name)}")

    def rename_column(self, change: TableChange, old: str, new: str) -> None:
        """Rename a column; what uses it follows."""
        self.execute(f"{self.alter(change.new)} RENAME COLUMN {self.quote(old)} TO {self.quote(new)}")

    @abstractmethod
    def alter_column(
        self,
        change: TableChange,
        old: ColumnState,
        new: ColumnState,
        *,
        fill: str | None = None,
        using: str | None = None,
    ) -> None:
        """Change a column from `old` to `new`."""

    def alter_together(self, steps: Sequence[ColumnStep]) -> None:
        """Change the types of columns that foreign keys tie together, one after the other."""
        for step in steps:
            self.alter_column(step.change, step.old, step.new, fill=step.fill, using=step.using)

    def alter_enum(self, change: EnumChange) -> None:
        """Change a named enum in all columns that use it."""
        self.refuse_lost_labels(change)
        alter_columns(self, change)
