"""Comment, info, prefixes and options of a table: created, altered there and back, refused where a database cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer
from sqlalchemy.dialects.postgresql.base import PGDialect

import minimig
from minimig import ops
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import table_state
from minimig.state.schema import SchemaState
from minimig.state.to_metadata import to_metadata
from support.databases import Database
from support.editing import run
from support.facts import rows
from support.histories import WORDS, History
from support.revision_files import read_back

STORAGE = any("with" in arguments for kind, arguments in PGDialect.construct_arguments or () if kind is sa.Table)
"""Whether this SQLAlchemy knows the storage parameters of PostgreSQL's tables: 2.0 does not."""


def table(**options: Any) -> ops.CreateTable:
    """A table with these options and arguments."""
    return ops.CreateTable("t", Column("id", Integer, primary_key=True), Column("a", Integer), **options)


POSTGRESQL = {
    "storage": ({"postgresql_with": {"fillfactor": 70}}, {"postgresql_with": {"autovacuum_enabled": "false"}}),
    "storage_gone": ({"postgresql_with": {"fillfactor": 70}}, {}),
    "storage_comes": ({}, {"postgresql_with": {"fillfactor": 70, "parallel_workers": 2}}),
    "unlogged": ({}, {"prefixes": ["UNLOGGED"]}),
    "logged": ({"prefixes": ["UNLOGGED"]}, {}),
    "tablespace": ({}, {"postgresql_tablespace": "pg_default"}),
    "access_method": ({}, {"postgresql_using": "heap"}),
}
MARIADB = {
    "engine": ({"mysql_engine": "InnoDB"}, {"mysql_engine": "Aria"}),
    "row_format": ({"mysql_row_format": "DYNAMIC"}, {"mysql_row_format": "COMPACT"}),
    "charset": ({"mysql_charset": "utf8mb4"}, {"mysql_charset": "latin1"}),
    "auto_increment": ({"mysql_auto_increment": "100"}, {"mysql_auto_increment": "200"}),
}
SQLITE = {
    "strict": ({}, {"sqlite_strict": True}),
    "without_rowid": ({}, {"sqlite_with_rowid": False}),
    "autoincrement": ({"sqlite_autoincrement": True}, {}),
}
OPTIONS_SQL = {
    "postgresql": "SELECT reloptions, relpersistence, reltablespace FROM pg_class WHERE relname = 't'",
    "mariadb": "SELECT engine, row_format, table_collation, auto_increment FROM information_schema.tables"
    " WHERE table_schema = database() AND table_name = 't'",
    "sqlite": "SELECT sql LIKE '%STRICT%', sql LIKE '%ROWID%', sql LIKE '%AUTOINCREMENT%' FROM sqlite_master"
    " WHERE name = 't'",
}
CASES = [
    (kind, name, *options)
    for kind, cases in {"postgresql": POSTGRESQL, "mariadb": MARIADB, "sqlite": SQLITE}.items()
    for name, options in cases.items()
    if STORAGE or not name.startswith("storage")
]
UNSEEN = {"tablespace", "access_method"}
"""To the default, which the catalog does not tell from nothing said."""


def live(database: Database) -> Any:
    """The options of table `t` in the database's own catalog."""
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql(OPTIONS_SQL[database.kind].replace("%", "%%")).one()
    return tuple(row)


@pytest.mark.parametrize(("database", "name", "before", "after"), CASES, indirect=["database"])
def test_options_change_there_and_back(
    database: Database, name: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Options given at creation are in the catalog, AlterTable changes them, its reverse leads back; rows stay."""
    created = run(database, [table(**before)], SchemaState())
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t (id, a) VALUES (1, 2), (3, 4)"))
    at_first = live(database)
    alter = ops.AlterTable("t", **{**dict.fromkeys(before), **after})
    altered = run(database, [alter], created)
    assert (live(database) == at_first) == (name in UNSEEN)
    with database.engine.connect() as connection:
        assert minimig.diff(connection, to_metadata(altered)) == []
    assert run(database, [alter.reverse(created)], altered) == created
    assert live(database) == at_first
    with database.engine.connect() as connection:
        assert rows(connection, "t", ["id", "a"]) == [(1, 2), (3, 4)]
        assert minimig.diff(connection, to_metadata(created)) == []


@pytest.fixture
def tablespace(postgresql_database: Database) -> Iterator[str]:
    """A tablespace beside the default one; it belongs to the whole server, so it has a name of its own."""
    name = f"space_{uuid4().hex[:8]}"
    engine = postgresql_database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("SET allow_in_place_tablespaces = on")
        connection.exec_driver_sql(f"CREATE TABLESPACE {name} LOCATION ''")
    yield name
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS t")
        connection.exec_driver_sql(f"DROP TABLESPACE {name}")


def test_a_table_moves_to_a_tablespace_and_back(postgresql_database: Database, tablespace: str) -> None:
    """SET TABLESPACE, with the rows."""
    created = run(postgresql_database, [table(postgresql_tablespace=tablespace)], SchemaState())
    there = live(postgresql_database)
    move = ops.AlterTable("t", postgresql_tablespace=None)
    moved = run(postgresql_database, [move], created)
    assert live(postgresql_database) != there
    run(postgresql_database, [move.reverse(created)], moved)
    assert live(postgresql_database) == there


def test_a_table_gets_other_parents(postgresql_database: Database) -> None:
    """INHERIT and NO INHERIT, there and back, and the catalog agrees."""
    parents = [ops.CreateTable(name, Column("a", Integer)) for name in ("one", "two")]
    before = run(postgresql_database, [*parents, table(postgresql_inherits="one")], SchemaState())
    change = ops.AlterTable("t", postgresql_inherits=["two"])
    after = run(postgresql_database, [change], before)
    inherits = sa.text("SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = 't'::regclass")
    with postgresql_database.engine.connect() as connection:
        assert connection.execute(inherits).scalars().all() == ["two"]
    assert run(postgresql_database, [change.reverse(before)], after) == before
    with postgresql_database.engine.connect() as connection:
        assert connection.execute(inherits).scalars().all() == ["one"]


def test_a_partitioned_table_is_created(postgresql_database: Database) -> None:
    """PARTITION BY at creation; it cannot be changed, and that is said before anything runs."""
    create = ops.CreateTable("t", Column("a", Integer), postgresql_partition_by="RANGE (a)")
    state = run(postgresql_database, [create], SchemaState())
    with pytest.raises(UnsupportedError, match="cannot change postgresql_partition_by"):
        run(postgresql_database, [ops.AlterTable("t", postgresql_partition_by="LIST (a)")], state)


@pytest.mark.parametrize("prefixes", [["TEMPORARY"], None])
def test_a_table_does_not_become_temporary(database: Database, prefixes: list[str] | None) -> None:
    """A prefix is a choice at creation, but for PostgreSQL's UNLOGGED; elsewhere it is refused, not ignored."""
    models = _one(prefixes=[] if prefixes else ["TEMPORARY"])
    before = SchemaState.of(map(table_state, models.tables.values()))
    with pytest.raises(UnsupportedError, match=r"cannot change prefixes|not supported on|cannot become TEMPORARY"):
        run(database, [ops.AlterTable("t", prefixes=prefixes)], before)


def test_options_of_other_databases_are_nobodys_business(database: Database) -> None:
    """A table may say something to each dialect: what is meant for others changes nothing here."""
    others = {
        "mysql_engine": "InnoDB",
        "mariadb_engine": "InnoDB",
        **({"postgresql_with": {"fillfactor": 70}} if STORAGE else {}),
        "sqlite_strict": True,
    }
    mine = [name for name in others if name.startswith(database.engine.dialect.name)]
    foreign = {name: value for name, value in others.items() if name not in mine}
    created = run(database, [table()], SchemaState())
    at_first = live(database)
    run(database, [ops.AlterTable("t", **foreign)], created)
    assert live(database) == at_first


def test_comments_go_with_the_table(database: Database) -> None:
    """A comment given at creation is there, unless the database keeps none."""
    state = run(database, [table(comment="it's")], SchemaState())
    with database.engine.connect() as connection:
        assert minimig.diff(connection, to_metadata(state)) == []
        if database.kind != "sqlite":
            assert sa.inspect(connection).get_table_comment("t")["text"] == "it's"


def test_info_reaches_data_steps(database: Database, tmp_path: Path) -> None:
    """What `info` says is no part of the schema, but the tables of later data steps have it."""
    history = History.at(tmp_path, database)
    history.write("0001_words", WORDS.replace("sa.String(200))\n", "sa.String(200)), info={'role': 'dictionary'}\n"))
    history.write(
        "0002_fill",
        """
        def fill(conn, tables):
            conn.execute(sa.insert(tables.words), [{"word": tables.words.info["role"]}])

        up = [ops.RenameColumn("words", "id", "number"), ops.RunPython(fill, reverse=ops.NOOP)]
        """,
    )
    history.migrate()
    assert history.values("SELECT word FROM words") == ["dictionary"]


def test_info_is_no_difference() -> None:
    """Two tables that differ in `info` alone are equal; a written file keeps it."""
    with_info, without = table(info={"a": [1]}), table()
    assert with_info == without
    assert "info={" in minimig.source([with_info])


STORED: dict[str, Any] = {"postgresql_with": {"fillfactor": 70}} if STORAGE else {"postgresql_using": "heap"}
WRITTEN: list[Operation] = [
    table(if_not_exists=True, comment="c", prefixes=["UNLOGGED"], **STORED),
    ops.DropTable("t", if_exists=True, schema="s"),
    ops.RenameTable("t", "u", if_exists=True),
    ops.AddColumn(
        "t",
        Column(
            "b", Integer, sa.ForeignKey("u.id", ondelete="CASCADE"), sa.CheckConstraint("b > 0", name="ck"), index=True
        ),
        sa.UniqueConstraint("b", "a", name="uq"),
        fill="1",
        if_not_exists=True,
    ),
    ops.AddColumn("t", Column("b", Integer, primary_key=True)),
    ops.DropColumn("t", "b", cascade=True, if_exists=True),
    ops.RenameColumn("t", "a", "b", if_exists=True),
    ops.AlterColumn("t", "a", computed=sa.Computed("id * 2", persisted=True), sqlite_on_conflict_not_null="FAIL"),
    ops.AlterColumn("t", "a", computed=None, sqlite_on_conflict_not_null=None),
    ops.DropConstraint(None, "t", kind="foreign_key", columns=["a"]),
    ops.AlterTable("t", prefixes=["UNLOGGED"], postgresql_inherits=["one", "two"]),
]


def test_every_new_argument_is_written(tmp_path: Path) -> None:
    """A file with these operations reads back equal, and mentions no argument that says nothing."""
    assert list(read_back(tmp_path, WRITTEN).up) == WRITTEN
    text = minimig.source([ops.CreateTable("t", Column("a", Integer)), ops.DropColumn("t", "a")])
    assert not any(word in text for word in ("if_", "cascade", "info", "prefixes"))


def _one(**options: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, Column("id", Integer, primary_key=True), **options)
    return metadata
