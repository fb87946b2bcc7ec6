"""Small cases for what random schemas (tests/laws/test_databases.py) and the search for lost data have found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.dialects.compare import database_state
from minimig.errors import UnsupportedError
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run

EMPTY = SchemaState()


def table(*items: Any, **options: Any) -> SchemaState:
    """A schema of one table called `t`."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, *items, **options)
    return from_metadata(metadata)


def created(database: Database, state: SchemaState, *statements: str) -> SchemaState:
    """Make the schema, then send some statements."""
    run(database, [ops.CreateTable(each) for each in state.tables.values()], EMPTY)
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    return state


def rows(database: Database, query: str = "SELECT * FROM t ORDER BY 1") -> Sequence[Any]:
    """What a query gives now."""
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def holds(database: Database, state: SchemaState) -> bool:
    """Whether the database shows no difference to the state."""
    with database.engine.connect() as connection:
        expected, live = database_state(connection, state)
    return expected == live


def test_a_key_stated_twice_stays_two(database: Database) -> None:
    """UNIQUE over the primary key's columns can be dropped, and the primary key is still there."""
    state = table(sa.Column("id", sa.Integer, primary_key=True), sa.UniqueConstraint("id", name="uq_id"))
    created(database, state)
    state = run(database, [ops.DropConstraint("uq_id", "t")], state)
    with database.engine.connect() as connection:
        assert sa.inspect(connection).get_pk_constraint("t")["constrained_columns"] == ["id"]
    state = run(database, [ops.DropPrimaryKey("t")], state)
    assert holds(database, state)


def test_a_table_may_point_to_its_own_unique_index(database: Database) -> None:
    """The foreign key is added once the index it needs is there."""
    state = table(
        sa.Column("id", sa.Integer),
        sa.Column("parent_id", sa.Integer),
        sa.ForeignKeyConstraint(["parent_id"], ["t.id"], name="fk_parent"),
        sa.Index("ix_id", "id", unique=True),
    )
    assert holds(database, created(database, state))


def test_a_new_key_column_numbers_the_rows(database: Database) -> None:
    """An integer key added to a table with rows gives each a number of its own, and counts on from there."""
    state = created(
        database, table(sa.Column("name", sa.String(9))), "INSERT INTO t VALUES ('a')", "INSERT INTO t VALUES ('b')"
    )
    added = ops.AddColumn("t", sa.Column("id", sa.Integer, nullable=False))
    state = run(database, [added, ops.AddConstraint("t", sa.PrimaryKeyConstraint("id"))], state)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t (name) VALUES ('c')")
    assert rows(database, "SELECT id FROM t ORDER BY id") == [(1,), (2,), (3,)]
    assert holds(database, state)


def test_a_comment_goes_in_any_schema(postgresql_database: Database) -> None:
    """The comment of a column of another schema's table is dropped there."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA blog")
    state = created(postgresql_database, table(sa.Column("id", sa.Integer, comment="it's 100%"), schema="blog"))
    state = run(postgresql_database, [ops.AlterColumn("t", "id", comment="100% :x", schema="blog")], state)
    assert holds(postgresql_database, state)
    state = run(postgresql_database, [ops.AlterColumn("t", "id", comment=None, schema="blog")], state)
    assert holds(postgresql_database, state)


def test_without_rowid_waits_for_its_key(sqlite_database: Database) -> None:
    """While the primary key is away a table cannot be WITHOUT ROWID, and it is again afterwards."""
    state = table(sa.Column("id", sa.Integer, primary_key=True), sqlite_with_rowid=False)
    created(sqlite_database, state, "INSERT INTO t VALUES (7)")
    away = run(sqlite_database, [ops.DropPrimaryKey("t"), ops.RunSQL("SELECT 1")], state)
    assert run(sqlite_database, [ops.AddConstraint("t", sa.PrimaryKeyConstraint("id"))], away) == state
    assert "WITHOUT ROWID" in rows(sqlite_database, "SELECT sql FROM sqlite_master")[0][0]
    assert rows(sqlite_database) == [(7,)]


def test_a_checked_column_cannot_number_itself(mariadb_database: Database) -> None:
    """MariaDB refuses AUTO_INCREMENT on a column in a CHECK: said before the foreign key that prevented it is gone."""
    state = table(
        sa.Column("id", sa.Integer, primary_key=True),
        sa.ForeignKeyConstraint(["id"], ["t.id"], name="fk_own"),
        sa.CheckConstraint("id > 0", name="ck_id"),
    )
    created(mariadb_database, state)
    with pytest.raises(UnsupportedError, match=r"t\.id numbers itself.*: ck_id"):
        run(mariadb_database, [ops.DropConstraint("fk_own", "t")], state)
    assert holds(mariadb_database, state)


def test_a_column_that_is_computed_from_cannot_number_itself(mariadb_database: Database) -> None:
    """Nor on a column that a computed one uses; said before CREATE TABLE."""
    state = table(sa.Column("id", sa.Integer, primary_key=True), sa.Column("next", sa.Integer, sa.Computed("id + 1")))
    with pytest.raises(UnsupportedError, match=r"t\.id numbers itself.*: next"):
        created(mariadb_database, state)


def test_what_is_computed_from_keeps_its_type(postgresql_database: Database) -> None:
    """PostgreSQL converts no column that another is computed from: said before anything else of the operation ran."""
    items = (sa.Column("id", sa.Integer), sa.Column("next", sa.Integer, sa.Computed("id + 1", persisted=True)))
    state = created(postgresql_database, table(*items))
    with pytest.raises(UnsupportedError, match=r"type of t\.id: computed column next"):
        run(postgresql_database, [ops.AlterColumn("t", "id", type=sa.BigInteger)], state)
    assert holds(postgresql_database, run(postgresql_database, [ops.AlterColumn("t", "id", nullable=False)], state))


def test_the_name_of_a_primary_key_is_given_up_first(postgresql_database: Database) -> None:
    """A new table may take the name that the key of a dropped table had."""
    before = table(sa.Column("id", sa.Integer), sa.PrimaryKeyConstraint("id", name="pk"))
    metadata = sa.MetaData()
    sa.Table("s", metadata, sa.Column("key", sa.Integer), sa.PrimaryKeyConstraint("key", name="pk"))
    after = from_metadata(metadata)
    created(postgresql_database, before)
    run(postgresql_database, diff(before, after), before)
    assert holds(postgresql_database, after)


@pytest.mark.parametrize("arguments", [{"nullable": False, "fill": "'x'"}, {"type": sa.Text(), "using": "'y'"}])
def test_a_fill_leaves_other_moments_alone(mariadb_database: Database, arguments: dict[str, Any]) -> None:
    """ON UPDATE CURRENT_TIMESTAMP would take the UPDATE for one of the application's."""
    now = sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
    state = table(sa.Column("name", sa.String(9)), sa.Column("at", sa.DateTime, server_default=now))
    created(mariadb_database, state, "INSERT INTO t VALUES (NULL, '2000-01-01')")
    run(mariadb_database, [ops.AlterColumn("t", "name", **arguments)], state)
    assert rows(mariadb_database, "SELECT CAST(at AS CHAR) FROM t") == [("2000-01-01 00:00:00",)]


def test_no_value_is_cut_off_outside_strict_mode(mariadb_database: Database) -> None:
    """A server that is not strict would shorten values without a word; the operation fails and nothing is lost."""

    def loosen(connection: Any, _: Any) -> None:
        connection.cursor().execute("SET sql_mode = 'ANSI_QUOTES'")

    state = created(mariadb_database, table(sa.Column("name", sa.String(9))), "INSERT INTO t VALUES ('longer')")
    sa.event.listen(mariadb_database.engine, "connect", loosen)
    with pytest.raises(sa.exc.DataError):
        run(mariadb_database, [ops.AlterColumn("t", "name", type=sa.String(3))], state)
    assert rows(mariadb_database) == [("longer",)]
    modes: list[str] = []
    look = ops.RunPython(lambda connection, _: modes.append(connection.exec_driver_sql("SELECT @@sql_mode").scalar()))
    run(mariadb_database, [ops.AlterColumn("t", "name", type=sa.String(30)), look], state)
    assert modes == ["ANSI_QUOTES"]
