"""What this SQLite's own ALTER TABLE can do, so that no table is rebuilt for it.

Each function answers for one change and looks at the version that is running; a script is written for `ASSUMED`. From
3.53 SQLite sets and drops NOT NULL and drops CHECKs. It adds CHECKs too, but until 3.54 refuses rows for which the new
CHECK is NULL, which a CHECK allows (found by trying 3.53.4, 3.54.0 and 3.54.1); so that is used from 3.54.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.sqlite.clauses import brought_constraints, stands_in_column
from minimig.dialects.sqlite.create_sql import TableText, table_text
from minimig.dialects.sqlite.live import live_text
from minimig.dialects.sqlite.merge import create_sql, in_order
from minimig.dialects.why import INDEX_APART
from minimig.errors import UnsupportedError
from minimig.state.expressions import is_constant, names_in
from minimig.state.parts import CheckState, ColumnState, ConstraintState, ForeignKeyState, PrimaryKeyState, UniqueState
from minimig.state.tables import TableState

AUTO, NEVER = "auto", "never"
"""What the execution option `minimig_rebuild` may say."""

ASSUMED = (3, 40, 0)
"""The SQLite that a script is written for."""


def version(editor: SchemaEditor) -> tuple[int, ...]:
    """The SQLite that runs, or the one that a script is written for."""
    running = editor.dialect.server_version_info
    return tuple(int(part) for part in running) if running else ASSUMED


def creating(editor: SchemaEditor, table: TableState) -> Sequence[tuple[str, str | None]]:
    """The statements that create a table with all it holds, each with its reason; the table is built once for all."""

    def say() -> Iterator[tuple[str, str | None]]:
        built = editor.built(table)
        yield _spelled(editor, table, built), None
        for index in table.indexes.values():
            yield editor.create_index_sql(built, index.name), INDEX_APART

    return editor.phrases.once("creating", (table,), lambda: tuple(say()))


def create_table_sql(editor: SchemaEditor, table: TableState) -> str:
    """CREATE TABLE as the state has it, written so that its columns can be renamed."""
    return editor.phrases.once("create", (table,), lambda: _spelled(editor, table, editor.built(table)))


def create_table_text(editor: SchemaEditor, table: TableState) -> TableText:
    """The same, taken apart."""
    return editor.phrases.once("create text", (table,), lambda: table_text(create_table_sql(editor, table)))


def _spelled(editor: SchemaEditor, table: TableState, built: sa.Table) -> str:
    sql = editor.compile(CreateTable(built))
    if not _states_key_again(table):
        return sql
    text = table_text(sql)
    return sql if in_order(text) == text.constraints else create_sql(editor.table(table), text)


def _states_key_again(table: TableState) -> bool:
    """Whether a UNIQUE is over the columns of the primary key: only then does the order of the two matter."""
    key = {name.lower() for name in table.primary_key.columns} if table.primary_key else set()
    uniques = (each for each in table.constraints.values() if isinstance(each, UniqueState))
    return any({name.lower() for name in unique.columns} == key for unique in uniques)


def looks_the_same(editor: SchemaEditor, change: TableChange) -> bool:
    """Whether the database would see no difference: comments, options of other databases."""
    return create_table_sql(editor, change.old) == create_table_sql(editor, change.new)


def adds_column(editor: SchemaEditor, change: TableChange, column: ColumnState, fill: str | None) -> bool:
    """Whether ADD COLUMN does it (SQLite manual, "ALTER TABLE ADD COLUMN"): behind all others, of simple value.

    A fill is no reason for an UPDATE: that would fire the table's triggers.
    """
    if fill is not None or column.name != list(change.new.columns)[-1]:
        return False
    brought = brought_constraints(change)
    if column.computed:
        return column.computed.persisted is not True and column.nullable and not brought
    if editor.checks_of_type(change.new, column.name) or change.old.primary_key != change.new.primary_key:
        return False
    if not all(stands_in_column(constraint, change.new, column.name) for constraint in brought):
        return False
    default = editor.default_sql(column)
    if default is None or default.lower() == "null":
        return column.nullable
    # With a default, SQLite refuses REFERENCES where foreign keys are enforced.
    return is_constant(default) and not any(isinstance(each, ForeignKeyState) for each in brought)


def drops_column(editor: SchemaEditor, change: TableChange, column: ColumnState) -> bool:
    """Whether DROP COLUMN does it: no constraint of the table stands in the way, known to the migrations or not."""
    if version(editor) < (3, 35, 5) or editor.checks_of_type(change.old, column.name):
        return False
    live = _live(editor, change.old)
    return live is None or not _is_used(live, column.name)


def nullability_clause(editor: SchemaEditor, change: TableChange, old: ColumnState, new: ColumnState) -> str | None:
    """ALTER COLUMN for a change of nothing but NOT NULL; None when it takes more than that."""
    if version(editor) < (3, 53) or old.nullable == new.nullable or new.options:
        return None
    halfway = replace(change.old, columns={**change.old.columns, old.name: replace(old, nullable=new.nullable)})
    if create_table_sql(editor, halfway) != create_table_sql(editor, change.new):
        return None
    return f"ALTER COLUMN {editor.quote(new.name)} {'DROP' if new.nullable else 'SET'} NOT NULL"


def adds_constraint(editor: SchemaEditor, constraint: ConstraintState | PrimaryKeyState) -> bool:
    """Whether ADD CONSTRAINT does it."""
    return version(editor) >= (3, 54) and isinstance(constraint, CheckState)


def drops_constraint(editor: SchemaEditor, table: TableState, constraint: ConstraintState) -> bool:
    """Whether DROP CONSTRAINT does it: a CHECK that goes by this name in the database too."""
    if version(editor) < (3, 53) or not isinstance(constraint, CheckState):
        return False
    live = _live(editor, table)
    if live is None:
        return True
    clauses = [*live.constraints, *(clause for column in live.columns for clause in column.clauses)]
    named = [clause for clause in clauses if clause.name and clause.name.lower() == constraint.name.lower()]
    return [clause.kind for clause in named] == ["check"]


def _live(editor: SchemaEditor, table: TableState) -> TableText | None:
    """The table as the database has it; None while a script is written, or when there is no such table."""
    connection = editor.output.connection
    return None if connection is None else live_text(connection, table)


def _is_used(live: TableText, column: str) -> bool:
    name = column.lower()
    for clause in live.all_constraints():
        own = clause.column is not None and clause.column.lower() == name
        if clause.kind == "check" and not own and names_in(clause.body, [column]):
            return True
        if name in (each.lower() for each in clause.columns):
            return True
    return False


def rebuilds(connection: sa.Connection | None) -> str:
    """Whether tables are built anew where SQLite cannot alter them. Raises UnsupportedError for an unknown word."""
    wanted: str = AUTO if connection is None else connection.get_execution_options().get("minimig_rebuild", AUTO)
    if wanted in (AUTO, NEVER):
        return wanted
    raise UnsupportedError(
        f"the execution option minimig_rebuild is {wanted!r}",
        hint='it is "auto" or "never"; ops.RebuildTable rebuilds a table always',
    )


def refuse_rebuild(editor: SchemaEditor, table: TableState) -> None:
    """Raise UnsupportedError where rebuilds are not wanted."""
    if rebuilds(editor.output.connection) == NEVER:
        running = ".".join(map(str, version(editor)))
        raise UnsupportedError(
            f"SQLite {running} can do this only by building table {table.key} anew, and the execution option"
            ' minimig_rebuild="never" forbids it',
            hint="leave the option out for this migration",
        )
