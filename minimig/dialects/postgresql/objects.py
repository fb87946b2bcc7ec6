"""Views, functions and other objects on PostgreSQL.

What can be replaced without touching what is built on it is replaced that way: a view whose columns stay, a function
whose arguments and result stay. Everything else is dropped and created anew, and what is in the way steps aside
(`aside`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.dialects.objects import or_replace
from minimig.dialects.postgresql.aside import Aside, Going
from minimig.dialects.postgresql.dependents import Seeds, gifts_to_function, gifts_to_views
from minimig.dialects.postgresql.providers import PostgreSQLProviders
from minimig.dialects.reasons import reason
from minimig.dialects.sqltext import canonical
from minimig.errors import UnsupportedError
from minimig.state.objects import FunctionState, ObjectState, TriggerState, ViewState
from minimig.state.schema import SchemaState

_AFTER_HEAD = re.compile(
    r"\b(?:language|as|immutable|stable|volatile|strict|called|security|external|parallel|cost|rows|support|set"
    r"|window|transform|leakproof|not|begin|return|returns null)\b"
)
_ARGUMENTS = re.compile(r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
_AFTER_COLUMNS = re.compile(r"\b(?:where|group by|having|order by|limit|offset|fetch|window)\b")


class PostgreSQLObjects(PostgreSQLProviders):
    """PostgreSQL."""

    gone: Going | None = None  # around which change everything is aside just now

    def drop_sql(self, item: ObjectState) -> tuple[str, ...]:
        match item:
            case TriggerState():
                table = self.spelling.schema_prefix(item.schema) + self.spelling.quote(item.table)
                return (f"DROP TRIGGER {self.spelling.quote(item.name)} ON {table}",)
            case FunctionState():
                kind = "PROCEDURE" if item.procedure else "FUNCTION"
                return (f"DROP {kind} {self.signature(item)}",)
        return super().drop_sql(item)

    def drop(self, before: SchemaState, after: SchemaState, item: ObjectState) -> None:
        try:
            super().drop(before, after, item)
        except sa.exc.DBAPIError as error:
            why = reason(error)
            if "depend on it" not in why:
                raise
            raise UnsupportedError(
                f"{item.key} is still in use: {why.partition(' HINT:')[0]}",
                hint="take away what uses it (a default, a CHECK, an index, a view) in an operation before this one,"
                " and create it again in one after it",
            ) from error

    def replace(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        if old.provider or not (self.has(old) and self.has(new)):  # views do not notice how a sequence counts
            super().replace(before, after, old, new)
        elif isinstance(old, ViewState) and isinstance(new, ViewState):
            if not self._replaced_in_place(old, new):
                self._remade_view(before, after, old, new)
        elif isinstance(old, FunctionState) and isinstance(new, FunctionState):
            again = or_replace(self.text(new))
            if again is not None and _head(self.text(old)) == _head(self.text(new)):
                self.send((again,))
            else:
                self._remade_function(before, after, old, new)
        else:
            with self.aside(before, after, [old.key]):
                super().replace(before, after, old, new)

    @contextmanager
    def aside(
        self, before: SchemaState, after: SchemaState, keys: Collection[str], columns: Collection[str] = ()
    ) -> Iterator[None]:
        """Without what builds on these tables and objects, or on these columns of the one table.

        What `after` has is back when the block ends, and with a connection also what only the database knows. A block
        within a block about the same columns finds nothing left in the way.
        """
        going = Going(keys, columns)
        if self.gone is not None and going.within(self.gone):
            yield
            return
        outer, self.gone = self.gone, going
        try:
            with self._aside(going, before, after):
                yield
        finally:
            self.gone = outer

    @contextmanager
    def _aside(self, going: Going, before: SchemaState, after: SchemaState) -> Iterator[None]:
        keys = going.keys
        aside = Aside(self.spelling, self.send, self.create_sql, self.drop_sql)
        connection = self.output.connection
        if connection is None:
            with aside.on_paper(going, before, after):
                yield
            return
        tables = [self.spelling.table(before[key]) for key in keys if key in before.tables]
        objects = [before.objects[key] for key in keys if key in before.objects]
        views = [self.qualified(item) for item in objects if isinstance(item, ViewState)]
        functions = [self.signature(item) for item in objects if isinstance(item, FunctionState)]
        seeds = Seeds((*tables, *views), tuple(going.columns), tuple(functions))
        with aside.live(connection, going, seeds, before, after):
            yield

    def signature(self, item: FunctionState) -> str:
        """A function as DROP names it: with the types of its arguments where they are said."""
        return self.qualified(item) + ("" if item.arguments is None else f"({item.arguments})")

    # --- replacing ----------------------------------------------------------------------------------------------------

    def _replaced_in_place(self, old: ViewState, new: ViewState) -> bool:
        """Whether CREATE OR REPLACE did it: PostgreSQL lets the columns stay as they are, or new ones come last."""
        if old.materialized or new.materialized:
            return False
        (create,) = self.create_sql(new)
        statement = or_replace(create) or create
        connection = self.output.connection
        if connection is None:
            alike = _columns(self.text(old)) == _columns(self.text(new))
            self.send([statement] if alike else [])
            return alike
        try:
            with _attempt(connection):
                self.send([statement])
        except sa.exc.DBAPIError:
            return False  # dropped and created; if it is the SELECT that is wrong, that will say so
        return True

    def _remade_view(self, before: SchemaState, after: SchemaState, old: ViewState, new: ViewState) -> None:
        connection = self.output.connection
        with self.aside(before, after, [old.key]):
            gifts = gifts_to_views(connection, [self.qualified(old)], triggers=False) if connection else ()
            self.drop(before, after, old)
            self.create(before, after, new)
            for _, column, statement in gifts:
                if connection and (old.materialized == new.materialized or statement.startswith("GRANT")):
                    self._give_again(connection, column, statement)

    def _give_again(self, connection: sa.Connection, column: str | None, statement: str) -> None:
        """Give again what a view had; what belonged to a column that is gone is gone with it."""
        if column is None and not statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX")):
            self.send([statement])
            return
        connection.exec_driver_sql("SAVEPOINT minimig_gift")
        try:
            self.send([statement])
        except sa.exc.DBAPIError as error:
            if "does not exist" not in str(error.orig):
                raise
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT minimig_gift")
        connection.exec_driver_sql("RELEASE SAVEPOINT minimig_gift")

    def _remade_function(self, before: SchemaState, after: SchemaState, old: FunctionState, new: FunctionState) -> None:
        connection = self.output.connection
        gifts: Iterable[str] = gifts_to_function(connection, self.signature(old)) if connection else ()
        with self.aside(before, after, [old.key]):
            super().replace(before, after, old, new)
            self.send(gifts)


@contextmanager
def _attempt(connection: sa.Connection) -> Iterator[None]:
    """A statement that may fail, without spoiling the transaction it stands in."""
    if connection._is_autocommit_isolation():  # noqa: SLF001 (the public way is younger than 2.0)
        yield
        return
    with connection.begin_nested():
        yield


def _head(sql: str) -> str:
    """Name, arguments and result of a function: what CREATE OR REPLACE cannot change."""
    text = re.sub(r"^create (?:or replace )?", "", canonical(sql))
    arguments = _ARGUMENTS.search(text)
    start = arguments.end() if arguments else 0
    end = _AFTER_HEAD.search(text, start)
    return text[: end.start()].strip() if end else text


def _columns(sql: str) -> str | None:
    """The columns of a SELECT and where they come from; None when that depends on what there is."""
    text = canonical(sql)
    end = _AFTER_COLUMNS.search(text)
    return (
        None
        if "*" in text or "(select" in text or text.startswith("with ")
        else text[: end.start()].strip()
        if end
        else text
    )
