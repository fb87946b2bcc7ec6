"""A database that holds something else than the models say is seen to, and what is proposed leads to the models."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from minimig.autogenerate.autodetector import diff
from minimig.dialects.worded import worded
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.postgresql_schema import STORAGE


def models(*items: Any, **options: Any) -> sa.MetaData:
    """One table, `t`, with a key and these items."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *items, **options)
    return metadata


def mended(database: Database, before: sa.MetaData, after: sa.MetaData) -> list[Operation]:
    """Bring a database that `create_all` made for other models to `after`, and say how; then nothing differs."""
    before.create_all(database.engine)
    state = from_metadata(after)
    with database.engine.begin() as connection:
        live = worded(connection, state)
        operations = diff(live, state)
        minimig.apply(connection, operations, live)
    with database.engine.connect() as connection:
        assert diff(worded(connection, state), state) == []
    return operations


@pytest.mark.parametrize("option", ["sqlite_autoincrement", "sqlite_strict"])
def test_a_table_of_sqlite_gets_an_option(sqlite_database: Database, option: str) -> None:
    """That an option is off is no text: `"false"` would have said that it is there already."""
    assert mended(sqlite_database, models(), models(**{option: True})) != []


def test_an_enum_of_which_a_column_holds_many_gets_a_label(postgresql_database: Database) -> None:
    """PostgreSQL is not asked about a column of the type that is already there: it would say what it has."""
    before, after = (models(sa.Column("kinds", sa.ARRAY(sa.Enum(*labels, name="kind")))) for labels in ("ab", "abc"))
    first, *_ = mended(postgresql_database, before, after)
    assert first.describe() == "add value 'c' to enum kind"


def test_an_identity_begins_where_its_bound_says(postgresql_database: Database) -> None:
    """A start that was not given follows the lowest value, as in CREATE TABLE."""
    before, after = (
        models(sa.Column("number", sa.Integer, sa.Identity(**options))) for options in ({}, {"minvalue": -5})
    )
    assert len(mended(postgresql_database, before, after)) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"postgresql_with": {"fillfactor": 70, "toast.autovacuum_enabled": False}}),
        ({"postgresql_with": {"fillfactor": 70, "autovacuum_enabled": False}}, {"postgresql_with": {"fillfactor": 80}}),
        ({}, {"prefixes": ["UNLOGGED"]}),
    ],
    ids=["with", "other", "unlogged"],
)
def test_a_table_of_postgresql_gets_other_options(
    postgresql_database: Database, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """The catalog tells storage parameters, and who writes no log: what models say of them is compared."""
    if "postgresql_with" in {**before, **after} and not STORAGE:
        pytest.skip("SQLAlchemy 2.0 does not know the storage parameters of a table")
    items = (sa.Column("text", sa.Text),)
    assert len(mended(postgresql_database, models(*items, **before), models(sa.Column("text", sa.Text), **after))) == 1


def test_a_renamed_column_of_json_is_one(mariadb_database: Database) -> None:
    """MariaDB goes on calling the CHECK that makes LONGTEXT JSON by the former name of the column."""
    models(sa.Column("old", sa.JSON)).create_all(mariadb_database.engine)
    state = from_metadata(models(sa.Column("new", sa.JSON)))
    with mariadb_database.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE t RENAME COLUMN old TO new")
        assert diff(worded(connection, state), state) == []


def test_a_key_that_points_into_its_own_table_counts_nothing(database: Database) -> None:
    """The foreign key comes after the index that it needs; the column is made as one that points elsewhere."""
    parent = sa.Column("parent", sa.Integer)
    metadata = models(parent, sa.ForeignKeyConstraint(["id", "parent"], ["t.id", "t.parent"], name="fk_parent"))
    sa.Index("ix_parent", metadata.tables["t"].c.id, parent, unique=True)
    state = from_metadata(metadata)
    with database.engine.begin() as connection:
        minimig.apply(connection, diff(SchemaState(), state), SchemaState())
        assert diff(worded(connection, state), state) == []


@pytest.mark.parametrize("types", [(sa.Numeric, sa.Integer), (sa.String, sa.Integer), (sa.Integer, sa.Numeric)])
def test_a_check_over_a_column_of_another_type(postgresql_database: Database, types: tuple[Any, Any]) -> None:
    """PostgreSQL would keep the casts of the old type in the CHECK, and then its text would differ for ever."""
    check = "n <> '1' AND n IN ('2', '3')"
    before, after = (
        from_metadata(models(sa.Column("n", type_), sa.CheckConstraint(check, name="ck_n"))) for type_ in types
    )
    with postgresql_database.engine.begin() as connection:
        minimig.apply(connection, diff(SchemaState(), before), SchemaState())
        minimig.apply(connection, diff(before, after), before)
        assert diff(worded(connection, after), after) == []


def test_an_identity_that_models_do_not_know_goes(postgresql_database: Database) -> None:
    """Who says that a key does not number itself has not said it of the identity that is there."""
    before, after = sa.MetaData(), sa.MetaData()
    sa.Table("t", before, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))
    sa.Table("t", after, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    assert len(mended(postgresql_database, before, after)) == 1


@pytest.mark.parametrize("options", [{"mysql_row_format": "COMPRESSED"}, {"mysql_key_block_size": "8"}])
def test_a_table_of_mariadb_gets_an_option(mariadb_database: Database, options: dict[str, str]) -> None:
    """What SHOW CREATE TABLE leaves out of these is as it is when nothing was said."""
    assert len(mended(mariadb_database, models(), models(**options))) == 1
