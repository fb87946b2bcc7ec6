"""Indexes that are built and dropped while others write to the table.

PostgreSQL does neither inside a transaction, so both step outside of it. A build that fails, for example because two
rows are equal, leaves an index behind that is INVALID: it costs at each write and serves no query, and its name is
taken. After a failure it is dropped again; when the process was killed in the middle the next run finds it and builds
the index anew. (Alembic and Django leave it to a person, and with IF NOT EXISTS it would be taken for the real one.)
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.reasons import reason
from minimig.errors import DatabaseError
from minimig.state.parts import IndexState
from minimig.state.tables import TableState

_INVALID = sa.text("""
    SELECT p.pid FROM pg_catalog.pg_index i
    LEFT JOIN pg_catalog.pg_stat_progress_create_index p ON p.index_relid = i.indexrelid
    WHERE NOT i.indisvalid AND i.indexrelid = to_regclass(CAST(:index AS text))
      AND i.indrelid = to_regclass(CAST(:table AS text))
""")


def create_concurrently(editor: SchemaEditor, table: TableState, index: IndexState) -> None:
    """CREATE INDEX CONCURRENTLY, after what an earlier attempt left. Raises DatabaseError when it fails."""
    built = next(i for i in editor.built(table).indexes if i.name == index.name)
    built.dialect_kwargs["postgresql_concurrently"] = True
    drop = drop_sql(editor, table, index)
    with editor.outside_transaction():
        connection = editor.output.connection
        if connection is not None and left_over(connection, editor, table, index.name):
            editor.execute(drop, "an earlier attempt failed and left an index that PostgreSQL calls invalid")
        elif connection is not None and editor.again and _is_built(connection, table, index):
            return
        try:
            why = "CONCURRENTLY lets others write meanwhile, and so cannot be in a transaction"
            editor.execute(editor.compile(CreateIndex(built)), why)
        except sa.exc.DBAPIError as error:
            if error.connection_invalidated or connection is None:
                raise  # what is left is seen to by the next run
            left = _remove_left_over(connection, editor, table, index)
            raise DatabaseError(
                f"index {index.name} could not be built while others write: {reason(error)}{left}"
            ) from error


def _remove_left_over(connection: sa.Connection, editor: SchemaEditor, table: TableState, index: IndexState) -> str:
    """Drop the INVALID index of a build that failed, never another one of that name; what became of it, in words."""
    try:
        if not left_over(connection, editor, table, index.name):
            return ""
        editor.execute(drop_sql(editor, table, index))
    except sa.exc.DBAPIError:  # the error of the build says more
        return "; the invalid index that PostgreSQL left is still there, and the next run drops it"
    return "; the invalid index that PostgreSQL left was dropped"


def drop_concurrently(editor: SchemaEditor, table: TableState, index: IndexState) -> None:
    """DROP INDEX CONCURRENTLY; one that an earlier run was killed in may have done it already."""
    condition = "IF EXISTS " if editor.again else ""
    with editor.outside_transaction():
        why = "CONCURRENTLY waits for nobody who writes, and so cannot be in a transaction"
        editor.execute(f"DROP INDEX CONCURRENTLY {condition}{editor.qualified(table.schema, index.name)}", why)


def drop_sql(editor: SchemaEditor, table: TableState, index: IndexState) -> str:
    """The statement that removes what a failed build left."""
    return f"DROP INDEX CONCURRENTLY IF EXISTS {editor.qualified(table.schema, index.name)}"


def left_over(connection: sa.Connection, editor: SchemaEditor, table: TableState, name: str) -> bool:
    """Whether an index of that name is there and INVALID. Raises DatabaseError while somebody is building it."""
    names = {"index": editor.qualified(table.schema, name), "table": editor.table(table)}
    found = connection.execute(_INVALID, names).first()
    if found is not None and found.pid is not None:
        raise DatabaseError(
            f"index {name} of table {table.key} is being built at this moment, by process {found.pid}",
            hint="wait until it is done, then run the same command again",
        )
    return found is not None


def _is_built(connection: sa.Connection, table: TableState, index: IndexState) -> bool:
    """Whether the run that was killed had built the index. Raises DatabaseError for another one of that name."""
    found = next(
        (i for i in sa.inspect(connection).get_indexes(table.name, table.schema) if i["name"] == index.name), None
    )
    if found is None:
        return False
    columns = [element for element in index.elements if isinstance(element, str)]
    names = [name for name in found["column_names"] if name is not None]
    if bool(found["unique"]) != index.unique or (len(columns) == len(index.elements) and names != columns):
        raise DatabaseError(
            f"an index {index.name} of table {table.key} is there, but it is another one than the migration makes",
            hint="drop it or rename it, then run the same command again",
        )
    return True
