"""Carry out a table rebuild on SQLite: build beside, copy, swap, hang everything back on.

In goes a `Rebuild`; out go statements through the editor, in the order of SQLite's manual ("Making Other Kinds Of Table
Schema Changes"). On a live connection the database is asked first what hangs on the table, and whatever would be lost
stops the rebuild before its first statement. A change that leaves the rows of a live table as they are needs none of
this (`schema_edit`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.sqlite.create_sql import Clause, TableText
from minimig.dialects.sqlite.driver import whole
from minimig.dialects.sqlite.foreign_keys import Watch
from minimig.dialects.sqlite.live import LiveTable, broken_dependents, read_table, referencing_tables
from minimig.dialects.sqlite.merge import Merge, create_sql, unqualified
from minimig.dialects.sqlite.native import NEVER, create_table_text, rebuilds, refuse_rebuild
from minimig.dialects.sqlite.rebuild import Rebuild, kept_rowid
from minimig.dialects.sqlite.schema_edit import is_only_text, rewritten
from minimig.dialects.why import COPIED, COPIED_ON_PAPER
from minimig.errors import DatabaseError, UnsupportedError
from minimig.state.tables import TableState

_BEFORE_NAME = re.compile(r"^\s*(CREATE\s+(?:UNIQUE\s+)?(?:INDEX|TRIGGER)\s+)", re.IGNORECASE)

_VIRTUAL = re.compile(r"\s*CREATE\s+VIRTUAL\s", re.IGNORECASE)


def carry_out(editor: SchemaEditor, rebuild: Rebuild) -> None:
    """Rebuild the table. On a live connection it happens whole or not at all, also outside a transaction.

    Raises UnsupportedError, before the first statement, for what would be lost; and after the last one when a view or
    trigger that worked no longer compiles. Raises DatabaseError when the database lacks the table, or a column of it.
    """
    connection = editor.output.connection
    if connection is None:
        _swap(editor, rebuild, _built(editor, rebuild, None), None)
        return
    with whole(connection):  # what is read of the table must still be so when it is written
        _carry_out(editor, connection, rebuild)


def _carry_out(editor: SchemaEditor, connection: sa.Connection, rebuild: Rebuild) -> None:
    table = rebuild.old
    live = read_table(connection, table, _temporary(table))
    _refuse_loss(rebuild, live)
    built = _built(editor, rebuild, live)
    empty = _is_empty(editor, table, built)
    if (not empty or rebuilds(connection) == NEVER) and rewritten(editor, connection, rebuild, live, built):
        return
    refuse_rebuild(editor, table)
    _refuse_enforcement(connection, table)
    watch = Watch.of(connection)
    if watch and rebuild.touches_keys(live.text, built, live.indexes.values()):
        watch.tables(table.schema, [table.name, *referencing_tables(connection, table)])
    broken = broken_dependents(connection, table.schema, live)
    _swap(editor, rebuild, built, live, empty=empty)
    _refuse_broken(table, broken, broken_dependents(connection, table.schema, live))


@contextmanager
def legacy_alter(editor: SchemaEditor, *, on: bool) -> Iterator[None]:
    """PRAGMA legacy_alter_table as wanted, and afterwards as it was; a script assumes that it was off.

    Off, a rename is followed by keys, triggers and views everywhere. On, a rename changes nothing else, and a view on a
    table that is gone for a moment is no error.
    """
    connection = editor.output.connection
    if connection is None:
        if on:
            why = "while the tables change places, views and keys that name the old one are no error"
            editor.execute("PRAGMA legacy_alter_table = ON", why)
        yield
        if on:
            editor.execute("PRAGMA legacy_alter_table = OFF", "the setting is given back as it was")
        return
    # A setting of the connection, no step of the migration: it does not go through the output.
    former = bool(connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar())
    if former == on:
        yield
        return
    connection.exec_driver_sql(f"PRAGMA legacy_alter_table = {int(on)}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA legacy_alter_table = {int(former)}")


def _temporary(table: TableState) -> str:
    return f"_minimig_{table.name}"


def _built(editor: SchemaEditor, rebuild: Rebuild, live: LiveTable | None) -> TableText:
    """The table to build. Raises DatabaseError for a constraint that shall go and is not there."""
    before, after = (create_table_text(editor, table) for table in (rebuild.old, rebuild.target))
    merge = Merge(live.text if live else before, before, after, rebuild.carried)
    for clause in merge.missing():
        if clause.name in rebuild.old.constraints:
            raise _missing(rebuild.old, clause, merge.live)
    return merge.result()


def _swap(
    editor: SchemaEditor, rebuild: Rebuild, built: TableText, live: LiveTable | None, *, empty: bool = False
) -> None:
    table = rebuild.old
    temporary = replace(table, name=_temporary(table))
    if live and live.leftover:
        editor.execute(f"DROP TABLE {editor.table(temporary)}", "an attempt that was interrupted left it behind")
    if live and empty:
        _drop(editor, table, "a table without rows is built under its own name: nothing is copied or renamed")
        editor.execute(
            create_sql(editor.table(table), unqualified(built, table.name)),
            "SQLite cannot alter this in a table: it is built anew",
        )
        _hang_on(editor, rebuild.target, live)
        return
    create = create_sql(editor.table(temporary), unqualified(built, table.name))
    why = "SQLite cannot alter this in a table: the new one is built beside the old one, for all changes of it at once"
    former = live.text if live else create_table_text(editor, table)
    perhaps = live is None and is_only_text(rebuild, former, built)
    editor.execute(create if live else f"{_warning(table, perhaps=perhaps)}\n{create}", why)
    key = built.primary_key()
    if key is not None and "AUTOINCREMENT" in key.words:
        editor.execute(_mark_sql(table, temporary), "AUTOINCREMENT never gives a number twice, also not after a swap")
    rowid = kept_rowid(former, built)
    copy = rebuild.copy_sql(editor.table(table), editor.table(temporary), built, rowid)
    editor.execute(copy, COPIED_ON_PAPER if perhaps else COPIED)
    with legacy_alter(editor, on=True):
        _drop(editor, table)
        why = "the new table takes the old one's name; keys, views and triggers of others mean it from now on"
        editor.execute(f"{editor.alter(temporary)} RENAME TO {editor.quote(table.name)}", why)
    _hang_on(editor, rebuild.target, live)


def _is_empty(editor: SchemaEditor, table: TableState, built: TableText) -> bool:
    """Whether there is nothing to copy, so that the new table can be made under its own name.

    RENAME has SQLite read the whole schema again, CREATE and DROP do not. An AUTOINCREMENT mark is to be handed on.
    """
    connection, key = editor.output.connection, built.primary_key()
    if connection is None or (key is not None and "AUTOINCREMENT" in key.words):
        return False
    return not connection.exec_driver_sql(f"SELECT EXISTS (SELECT 1 FROM {editor.table(table)})").scalar()


def _drop(editor: SchemaEditor, table: TableState, why: str = "the old table has given its rows away") -> None:
    try:
        editor.execute(f"DROP TABLE {editor.table(table)}", why)
    except sa.exc.OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise DatabaseError(
            f"table {table.key} is still being read, so it cannot be built anew",
            hint="let data steps read their results to the end, for example with .all(), or close them",
        ) from error


def _mark_sql(table: TableState, temporary: TableState) -> str:
    """Hand the AUTOINCREMENT mark on before the copy, which raises it if a row is higher, and never lowers it."""
    sequence = ".".join([*([_quote(table.schema)] if table.schema else []), "sqlite_sequence"])
    return (
        f"INSERT INTO {sequence} (name, seq)"
        f" SELECT {_literal(temporary.name)}, seq FROM {sequence} WHERE name = {_literal(table.name)}"
    )


def _hang_on(editor: SchemaEditor, target: TableState, live: LiveTable | None) -> None:
    """Create the indexes of the state, then indexes and triggers that only the database knows, word for word."""
    for index in target.indexes.values():
        editor.execute(editor.index_sql(target, index), "the indexes went with the old table")
    if live is None:
        return
    known = {name.lower() for name in target.indexes}
    unknown = [(f"index {name}", sql) for name, sql in live.indexes.items() if name.lower() not in known]
    for what, sql in [*unknown, *((f"trigger {name}", sql) for name, sql in live.triggers.items())]:
        schema = f"{_quote(target.schema)}." if target.schema else ""
        try:
            text = _BEFORE_NAME.sub(lambda match: match[1] + schema, sql) if schema else sql  # noqa: B023
            editor.execute(text, "the migrations do not know it, and it went with the old table")
        except sa.exc.DBAPIError as error:
            raise _broken(f"{what} of table {target.key}", str(error.orig)) from error


def _warning(table: TableState, *, perhaps: bool) -> str:
    """What a script cannot know. It leads a statement, so that it is there wherever the statement goes.

    `perhaps` the rows could stay as they are.
    """
    said = (
        f"-- Table {table.key} is rebuilt from the migrations alone: columns, constraints, indexes and triggers that\n"
        "-- they do not know are lost with the old table. A migration with a live connection keeps them."
    )
    return f"{said}\n-- It also copies no row for this change, where the database lets it." if perhaps else said


def _refuse_loss(rebuild: Rebuild, live: LiveTable) -> None:
    table = rebuild.old
    if _VIRTUAL.match(live.sql):
        raise UnsupportedError(
            f"table {table.key} is a virtual table, which cannot be built anew",
            hint="write the change as ops.RunSQL with state_operations",
        )
    there, known = {name.lower() for name in live.columns}, {name.lower() for name in table.columns}
    missing = [name for name in table.columns if name.lower() not in there]
    if missing:
        raise DatabaseError(f"table {table.key} of the database has no column {', '.join(missing)}")
    unknown = {name.lower() for name in live.columns} - known
    taken = [name for name in rebuild.target.columns if name.lower() in unknown]
    if taken:
        raise DatabaseError(
            f"table {table.key} of the database has a column {', '.join(taken)} already, which the migrations do not"
            " know",
            hint="tell the migrations: ops.SeparateStateAndDatabase(state_operations=[ops.AddColumn(...)])",
        )
    after = {name.lower() for name in rebuild.target.columns} | unknown
    for user in live.users_of(name for name in live.columns if name.lower() not in after):
        raise _broken(f"{user} of table {table.key}", "it names a column that goes away")


def _refuse_enforcement(connection: sa.Connection, table: TableState) -> None:
    if not connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        return
    children = referencing_tables(connection, table)
    if children:
        raise UnsupportedError(
            f"table {table.key} must be rebuilt, and {', '.join(children)} points to it: with foreign keys enforced,"
            " SQLite would delete or refuse rows",
            hint="send PRAGMA foreign_keys=OFF before the transaction begins, as minimig does on its own connections",
        )


def _refuse_broken(table: TableState, before: dict[str, str], after: dict[str, str]) -> None:
    for what, reason in after.items():
        if what not in before:
            raise _broken(f"{what}, which uses table {table.key},", reason)


def _missing(table: TableState, clause: Clause, live: TableText) -> DatabaseError:
    there = "; ".join(" ".join(other.text.split()) for other in live.all_constraints()) or "none"
    return DatabaseError(
        f"table {table.key} of the database has no constraint {clause.name}, which this migration changes or drops; it"
        f" has: {there}",
        hint=f"tell the migrations: ops.SeparateStateAndDatabase(state_operations=[ops.DropConstraint({clause.name!r},"
        f" {table.name!r})])",
    )


def _broken(what: str, reason: str) -> UnsupportedError:
    return UnsupportedError(
        f"{what} would no longer work: {reason}",
        hint="drop it with ops.RunSQL before this operation, and create it again, adapted, after it",
    )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
