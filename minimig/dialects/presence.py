"""`if_exists` and `if_not_exists`: an operation that is left out where it has nothing to do.

The flags speak of the database alone. In the state, what is dropped or renamed must be there and what is created must
not be, with or without a flag, so that the state after an operation never depends on the database it ran on.

On a live connection the database is asked, on every dialect in the same way, and an operation whose condition does not
hold sends nothing at all. In a script nobody can be asked: the statements say IF [NOT] EXISTS themselves where the
dialect has the words, and whatever else the operation would have to send is refused. (Alembic passes the words through
to every dialect, where those that lack them fail.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import sqlalchemy as sa

from minimig.dialects.limits import Limits, NameBook, NamedKind, refuse_table
from minimig.dialects.names import FoldedTables, folds_tables, refuse_names
from minimig.dialects.output import Output, Values
from minimig.dialects.spelling import Spelling
from minimig.errors import NeedsAnswerError, UnsupportedError
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

Kind = Literal["table", "column", "constraint", "index"]


@dataclass(frozen=True)
class Condition:
    """What must be in the database (`there`), or be missing from it, for an operation to be carried out."""

    there: bool
    kind: Kind
    table: TableState
    name: str

    @property
    def words(self) -> str:
        """How SQL says it."""
        return "IF EXISTS" if self.there else "IF NOT EXISTS"


def if_there(flag: bool, kind: Kind, table: TableState, name: str) -> Condition | None:
    """The condition that the argument `if_exists` of an operation stands for."""
    return Condition(True, kind, table, name) if flag else None


def if_missing(flag: bool, kind: Kind, table: TableState, name: str) -> Condition | None:
    """The condition that the argument `if_not_exists` of an operation stands for."""
    return Condition(False, kind, table, name) if flag else None


class Conditions(Spelling):
    """The part of a schema editor that takes a step under a condition."""

    folds_case: ClassVar[bool] = False
    """Whether names of columns and indexes that differ only in upper and lower case are the same to the database."""

    limits: ClassVar[Limits] = Limits()
    """What this database refuses although another takes it."""

    @property
    def conditional(self) -> Mapping[bool, tuple[str, ...]]:
        """Statements of a script after which IF EXISTS (True) and IF NOT EXISTS (False) can stand, as patterns."""
        return {True: ("DROP TABLE", "DROP INDEX"), False: ("CREATE TABLE", "CREATE(?: UNIQUE)? INDEX")}

    def __init__(self, dialect: sa.Dialect, output: Output) -> None:
        super().__init__(dialect)
        self.output = output
        self._folded = FoldedTables()
        self._names = NameBook(dialect, self.limits.namespaces, self._kept)

    def finish(self) -> None:
        """Send what was held back; called once, after the last operation and before the version row is written."""

    def refuse_names(self, before: SchemaState, after: SchemaState) -> None:
        """Raise UnsupportedError for names that are new in `after` and that this database cannot keep apart."""
        refuse_names(self.dialect, before, after, folds_case=self.folds_case)
        self._folded.refuse(self.dialect, before, after)
        self._names.refuse(before, after)

    def refuse_models(self, state: SchemaState) -> None:
        """Raise UnsupportedError for models that this database could not create, as far as that is known on paper."""
        self.refuse_names(SchemaState(), state)
        for table in state.tables.values():
            refuse_table(self.limits, self.dialect, table)

    def _kept(self, kind: NamedKind, name: str) -> str:
        """A name as the database keeps it apart from others."""
        tables = kind in ("table", "view", "sequence")
        kept = name if tables else self.shortened(name)
        return kept.lower() if (folds_tables(self.dialect) if tables else self.folds_case) else kept

    @staticmethod
    def lock_room(connection: sa.Connection) -> int | None:  # noqa: ARG004 - see subclasses
        """How many objects all transactions of the server together can lock; None where there is no such limit."""
        return None

    @staticmethod
    def locks_on(table: TableState) -> int:  # noqa: ARG004 - see subclasses
        """How many objects are locked together with a table."""
        return 1

    def under(self, condition: Condition | None, step: Callable[[], None]) -> None:
        """Take a step where the condition holds: of the database that is asked now, or of the one a script will meet.

        Without a condition the step is taken. Raises NeedsAnswerError where a script has no words for the condition.
        """
        if condition is None:
            step()
        elif self.output.connection is not None:
            self.finish()  # what waits would be missed
            name = condition.name if condition.kind in ("table", "column") else self.shortened(condition.name)
            if self.has(self.output.connection, condition, name) is condition.there:
                step()
        else:
            self._under_in_script(condition, step)

    def has(self, connection: sa.Connection, condition: Condition, name: str) -> bool:
        """Whether the database has what a condition speaks of, under the name that it has there."""
        return is_there(connection, condition.kind, condition.table, name, folds_case=self.folds_case)

    def _under_in_script(self, condition: Condition, step: Callable[[], None]) -> None:
        output = self.output
        script = ConditionalScript(output, condition, self.conditional[condition.there], self.table(condition.table))
        self.output = script
        try:
            step()
        finally:
            self.output = output
        if not script.said:
            raise script.refusal()  # the step waits, and would be carried out later without its condition


def is_there(connection: sa.Connection, kind: Kind, table: TableState, name: str, *, folds_case: bool) -> bool:
    """Whether the database has the table, or has that column, constraint or index in it."""
    inspector = sa.inspect(connection)
    if kind == "table":
        return inspector.has_table(name, schema=table.schema)
    if not inspector.has_table(table.name, schema=table.schema):
        return False
    try:
        found = _names(inspector, kind, table)
    except NotImplementedError:  # SQL Server
        raise UnsupportedError(
            f"nobody can tell which constraints {table.key} has: SQLAlchemy does not read them from this database",
            hint=f"leave if_exists and if_not_exists of {name} out",
        ) from None
    return name.lower() in {each.lower() for each in found} if folds_case else name in found


def _names(inspector: sa.Inspector, kind: Kind, table: TableState) -> Collection[str]:
    where: dict[str, Any] = {"table_name": table.name, "schema": table.schema}
    if kind == "column":
        return {column["name"] for column in inspector.get_columns(**where)}
    if kind == "index":
        return {str(index["name"]) for index in inspector.get_indexes(**where)}
    rows: list[Any] = [*inspector.get_unique_constraints(**where), *inspector.get_foreign_keys(**where)]
    rows += [*inspector.get_check_constraints(**where), inspector.get_pk_constraint(**where)]
    rows += [index for index in inspector.get_indexes(**where) if index.get("duplicates_constraint")]  # EXCLUDE
    return {str(row["name"]) for row in rows if row.get("name")}


class ConditionalScript:
    """A script's output while one operation writes into it: each statement says the condition in its own words.

    `forms` are patterns of statements after whose match the words can stand; `{table}` is the quoted name.
    """

    connection: sa.Connection | None = None

    def __init__(self, output: Output, condition: Condition, forms: Collection[str], table: str) -> None:
        self._output = output
        self._condition = condition
        self._forms = [re.compile(form.replace("{table}", re.escape(table))) for form in forms]
        self.said = False
        """Whether a statement was written."""

    def execute(
        self,
        statement: str | sa.ClauseElement,
        parameters: Values | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Write one statement with its condition. Raises NeedsAnswerError for one that has no words for it."""
        text, words = str(statement).lstrip(), self._condition.words
        match = next(filter(None, (form.match(text) for form in self._forms)), None)
        repeatable = words in text or text.startswith("COMMENT ON")
        if match is None and not repeatable:
            raise self.refusal()
        self.said = True
        self._output.execute(
            text if match is None else f"{text[: match.end()]} {words}{text[match.end() :]}", parameters, options
        )

    def sync(self) -> None:
        """Nobody looks at a database."""

    def outside_transaction(self) -> AbstractContextManager[None]:
        """As the script itself does it."""
        return self._output.outside_transaction()

    def refusal(self) -> NeedsAnswerError:
        """Why this operation cannot stand in a script."""
        condition = self._condition
        where = "" if condition.kind == "table" else f" of {condition.table.key}"
        return NeedsAnswerError(
            f"a script for this database cannot say {condition.words} about {condition.kind} {condition.name}{where}",
            hint=f"migrate with a live connection, which is asked first; or leave {_flag(condition)} out",
        )


def _flag(condition: Condition) -> str:
    return "if_exists" if condition.there else "if_not_exists"
