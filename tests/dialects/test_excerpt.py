"""What is said about an excerpt of a table is what is said about the whole of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.schema import AddConstraint

from minimig import snapshot
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.excerpt import brings_checks
from minimig.dialects.registry import dialect_of, editor_for, mariadb_by_mysql
from minimig.errors import UnsupportedError
from minimig.runtime.output import PaperOutput
from minimig.state.parts import ConstraintState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlType
from support.broad_schema import TOPICS
from support.schemas import schemas

URLS = {
    "postgresql": "postgresql+psycopg://",
    "sqlite": "sqlite://",
    "mysql": "mysql+pymysql://",
    "mssql": "mssql+pyodbc://",
    "oracle": "oracle+oracledb://",
}


class Own(sa.types.TypeDecorator[str]):
    """A type of the project's own over one that may bring a CHECK."""

    impl = sa.Enum
    cache_ok = True


def editor(kind: str) -> SchemaEditor:
    """An editor that sends nothing."""
    dialect = mariadb_by_mysql() if kind == "mariadb" else dialect_of(URLS[kind])
    return editor_for(dialect, PaperOutput(dialect))


def said_of_parts(speaker: SchemaEditor, table: TableState) -> Iterator[tuple[str, str]]:
    """What the editor makes of each column, index and constraint, from as much of the table as it wants to see."""
    for column in table.columns.values():
        yield column.name, speaker.column_specification(table, column)
        yield column.name, str([check.name for check in speaker.checks_of_type(table, column.name)])
    for index in table.indexes.values():
        yield index.name, speaker.index_sql(table, index)
    for constraint in table.constraints.values():
        built = speaker.built(speaker.excerpt_for(table, constraint))
        yield constraint.name, added(speaker, built, constraint)


def said_of_whole(speaker: SchemaEditor, table: TableState) -> Iterator[tuple[str, str]]:
    """The same, each from the whole table."""
    for column in table.columns.values():
        built = speaker.built(table)
        yield column.name, speaker.ddl_compiler().get_column_specification(built.c[column.name])
        yield column.name, str([check.name for check in speaker.type_checks(built, column.name)])
    for index in table.indexes.values():
        yield index.name, speaker.create_index_sql(speaker.built(table), index.name)
    for constraint in table.constraints.values():
        yield constraint.name, added(speaker, speaker.built(table), constraint)


def added(speaker: SchemaEditor, built: sa.Table, constraint: ConstraintState) -> str:
    """ADD CONSTRAINT, or why not."""
    try:
        return speaker.compile(AddConstraint(speaker.built_constraint(built, constraint.name)))
    except UnsupportedError as error:
        return error.message


def assert_alike(kind: str, state: SchemaState) -> None:
    """Both ways say the same of each table that the database can have."""
    for table in state.tables.values():
        try:
            wanted = list(said_of_whole(editor(kind), table))
        except (UnsupportedError, sa.exc.CompileError):
            continue
        assert list(said_of_parts(editor(kind), table)) == wanted


@pytest.mark.parametrize("kind", ["postgresql", "sqlite", "mariadb"])
@pytest.mark.parametrize("topic", TOPICS)
def test_an_excerpt_says_what_the_whole_table_says(kind: str, topic: str) -> None:
    """Columns, keys, indexes and constraints of every sort that a database has."""
    assert_alike(kind, snapshot(TOPICS[topic](kind)))


@pytest.mark.parametrize("kind", [*URLS, "mariadb"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(state=schemas())
def test_any_excerpt_says_what_its_table_says(kind: str, state: SchemaState) -> None:
    """Tables as they come, on every dialect: types that bring CHECKs, keys to the table itself, partial indexes."""
    assert_alike(kind, state)


def test_a_type_that_may_bring_a_check_is_known() -> None:
    """One that is told to, one inside another, a variant, one of the project's own; plain ones are passed over."""
    bringing = [
        sa.Boolean(create_constraint=True),
        sa.Enum("a", create_constraint=True),
        sa.String().with_variant(sa.Boolean(create_constraint=True), "sqlite"),
        sa.ARRAY(sa.Enum("a", create_constraint=True)),
        Own("a", "b"),
    ]
    plain = [sa.Boolean(), sa.Enum("a"), sa.Integer(), sa.String().with_variant(sa.Text(), "mysql")]
    found = [brings_checks(SqlType.of(each)) for each in (*bringing, *plain)]
    assert found == [True] * len(bringing) + [False] * len(plain)
