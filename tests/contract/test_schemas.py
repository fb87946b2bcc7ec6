"""Schemas on every database: made when they are missing, dropped when they are ours and empty, else left alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.pool import NullPool

import minimig
from minimig import objects, ops
from minimig.operations.chain import reversed_operations
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run

EMPTY = SchemaState()


@pytest.fixture(params=["postgresql", "mariadb"])
def housing(request: pytest.FixtureRequest) -> Database:
    """A database that can make schemas."""
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def shop(housing: Database) -> Iterator[str]:
    """The name of a schema that is gone afterwards; on MariaDB it is a database beside the other."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    yield name
    if housing.kind == "mariadb":
        send(housing, f"DROP DATABASE IF EXISTS {name}")


def send(database: Database, *statements: str) -> None:
    """Statements of somebody else."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def there(database: Database, schema: str) -> bool:
    """Whether the database has the schema."""
    with database.engine.connect() as connection:
        return schema in sa.inspect(connection).get_schema_names()


def carts(schema: str | None) -> MetaData:
    """A table in a schema, and one that points to it from the default schema."""
    metadata = MetaData()
    Table("carts", metadata, Column("id", Integer, primary_key=True), schema=schema)
    target = f"{schema}.carts.id" if schema else "carts.id"
    Table("items", metadata, Column("id", Integer, primary_key=True), Column("cart_id", sa.ForeignKey(target)))
    return metadata


def test_a_schema_comes_before_its_tables_and_goes_after_them(housing: Database, shop: str) -> None:
    """Models that name a schema need nothing more: it is made, found, and nothing is left of it at the end."""
    metadata = carts(shop)
    up = minimig.diff(MetaData(), metadata)
    assert up[0] == ops.CreateSchema(shop)
    after = run(housing, up, EMPTY)
    with housing.engine.connect() as connection:
        assert minimig.diff(connection, metadata) == []
    down = reversed_operations(up, EMPTY)
    assert down[-1] == ops.DropSchema(shop)
    assert run(housing, down, after) == EMPTY
    assert not there(housing, shop)
    assert [o.describe() for o in minimig.diff(metadata, MetaData())][-1] == f"drop schema {shop}"


def test_a_missing_schema_is_noticed(housing: Database, shop: str) -> None:
    """Compared with the database, a schema that is not there is a difference, before its tables are."""
    with housing.engine.connect() as connection:
        found = [o.describe() for o in minimig.diff(connection, carts(shop))]
    assert found[:2] == [f"create schema {shop}", f"create table {shop}.carts (1 column)"]


def test_a_schema_that_is_there_is_taken_as_it_is(housing: Database, shop: str) -> None:
    """Somebody made the schema and a table in it: nothing fails on the way up, and on the way down both stay."""
    send(housing, f"CREATE SCHEMA {shop}", f"CREATE TABLE {shop}.others (id integer)")
    up = minimig.diff(MetaData(), carts(shop))
    after = run(housing, up, EMPTY)
    run(housing, reversed_operations(up, EMPTY), after)
    with housing.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names(shop) == ["others"]


@pytest.mark.parametrize(
    "held",
    [
        "CREATE VIEW {0}.v AS SELECT 1 AS a",
        "CREATE SEQUENCE {0}.s",
        "CREATE FUNCTION {0}.f() RETURNS integer RETURN 1",
    ],
)
def test_what_is_no_table_keeps_a_schema_too(housing: Database, shop: str, held: str) -> None:
    """A view, a sequence or a function that nobody told the migrations about is reason enough to stay."""
    before = run(housing, [ops.CreateSchema(shop)], EMPTY)
    send(housing, held.format(shop))
    run(housing, [ops.DropSchema(shop)], before)
    assert there(housing, shop)


def test_the_default_schema_stays(housing: Database) -> None:
    """The schema in which the connection works is neither created nor dropped, and is no difference."""
    name = "public" if housing.kind == "postgresql" else str(housing.engine.url.database)
    metadata = carts(name)
    up = minimig.diff(MetaData(), metadata)
    after = run(housing, up, EMPTY)
    with housing.engine.connect() as connection:
        assert minimig.diff(connection, metadata) == []
    run(housing, reversed_operations(up, EMPTY), after)
    assert there(housing, name)


def test_public_stays_even_when_another_schema_is_the_default(postgresql_database: Database) -> None:
    """PostgreSQL makes `public` itself, so it is never ours to drop."""
    before = run(postgresql_database, [ops.CreateSchema("public"), ops.CreateSchema("own")], EMPTY)
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("SET search_path = own")
        minimig.apply(connection, [ops.DropSchema("public"), ops.DropSchema("own")], before)
    assert there(postgresql_database, "public")
    assert there(postgresql_database, "own")


def test_no_right_is_needed_for_what_a_dba_made(postgresql_database: Database) -> None:
    """A user who may create no schema works in one made for him, and leaves it when he goes."""
    role = f"minimig_{uuid.uuid4().hex[:8]}"
    send(
        postgresql_database,
        f"CREATE ROLE {role} LOGIN",
        "CREATE SCHEMA shop",
        f"GRANT ALL ON SCHEMA shop TO {role}",
        f"GRANT ALL ON SCHEMA public TO {role}",
    )
    url = sa.make_url(postgresql_database.url).set(username=role)
    user = Database("postgresql", str(url), sa.create_engine(url, poolclass=NullPool))
    try:
        up = minimig.diff(MetaData(), carts("shop"))
        after = run(user, up, EMPTY)
        run(user, reversed_operations(up, EMPTY), after)
        assert there(postgresql_database, "shop")
    finally:
        send(postgresql_database, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_script_decides_when_it_runs(housing: Database, shop: str) -> None:
    """Written without a database, the statements make and drop the schema, and spare it while something is in it."""
    up = minimig.sql([ops.CreateSchema(shop)], EMPTY, housing.kind)
    assert up == [f"CREATE SCHEMA IF NOT EXISTS {shop}"]
    down = minimig.sql([ops.DropSchema(shop)], SchemaState.of([], [ops.CreateSchema(shop).item]), housing.kind)
    send(housing, *up, *up, f"CREATE TABLE {shop}.others (id integer)", *down)
    assert there(housing, shop)
    send(housing, f"DROP TABLE {shop}.others", *down)
    assert not there(housing, shop)
    send(housing, *down)


def test_sqlite_has_no_schemas_of_its_own(sqlite_database: Database) -> None:
    """An attached database is there or not: creating and dropping it is nothing, and it is no difference."""
    metadata = MetaData()
    objects.schema(metadata, "shop")
    after = run(sqlite_database, [ops.CreateSchema("shop")], EMPTY)
    with sqlite_database.engine.connect() as connection:
        assert minimig.diff(connection, metadata) == []
    assert run(sqlite_database, [ops.DropSchema("shop")], after) == EMPTY
    assert minimig.sql([ops.CreateSchema("shop")], EMPTY, "sqlite") == []


def test_which_schemas_the_models_have() -> None:
    """Those of tables, of their enum types, and of other objects; not one with a dot, which names another database."""
    metadata = MetaData()
    Table("a", metadata, Column("id", Integer), schema="tables")
    Table("b", metadata, Column("kinds", sa.ARRAY(sa.Enum("x", name="kind", schema="types"))))
    Table("c", metadata, Column("id", Integer), schema="server.dbo")
    objects.view(metadata, "v", "SELECT 1", schema="views")
    objects.schema(metadata, "declared")
    found = {key for key in from_metadata(metadata).objects if key.startswith("schema ")}
    assert found == {"schema tables", "schema types", "schema views", "schema declared"}


def test_a_type_waits_for_its_schema(postgresql_database: Database) -> None:
    """An enum type in a schema of its own is made in it, and the schema goes after the type."""
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer), Column("kind", sa.Enum("x", name="kind", schema="kinds")))
    up = minimig.diff(MetaData(), metadata)
    after = run(postgresql_database, up, EMPTY)
    with postgresql_database.engine.connect() as connection:
        assert minimig.diff(connection, metadata) == []
    assert [o.describe() for o in minimig.diff(metadata, MetaData())] == ["drop table t", "drop schema kinds"]
    run(postgresql_database, reversed_operations(up, EMPTY), after)
    assert not there(postgresql_database, "kinds")
