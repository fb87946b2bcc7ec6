"""Identity, collations, defaults, computed expressions: each change of a column up and down, with rows in place."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Computed, Identity, Integer, String

import minimig
from minimig import ops
from minimig.errors import StateError, UnsupportedError
from minimig.state.from_metadata import from_metadata
from minimig.state.to_metadata import to_metadata
from support.databases import Database
from support.editing import run
from support.facts import rows
from support.scenarios import Scenario, check, prepared

TWICE = ops.AddColumn("books", Column("twice", Integer, Computed('"order" * 2', persisted=True)))
LAZY = ops.AddColumn("books", Column("twice", Integer, Computed('"order" * 2', persisted=False)))
WITH_USERS = (
    TWICE,
    ops.CreateIndex("ix_twice", "books", ["twice", "title"]),
    ops.AddConstraint("books", sa.UniqueConstraint("twice", "author_id", name="uq_twice")),
    ops.AddConstraint("books", sa.CheckConstraint("twice > 0", name="ck_twice")),
)
NOT_POSTGRESQL = ("sqlite", "mariadb")  # PostgreSQL has virtual columns from version 18 on


def identity(**options: Any) -> ops.AlterColumn:
    """AlterColumn that gives books.id these options."""
    return ops.AlterColumn("books", "id", identity=Identity(**options))


SCENARIOS = {
    "identity_every_option": Scenario(
        [
            identity(start=10),
            identity(always=True, start=20, increment=5, minvalue=-3, maxvalue=500, cycle=True, cache=4),
            identity(always=True, start=20, increment=2, cache=4),
            identity(),
        ],
        lambda f: (
            f["books"].columns["id"].identity
            == {
                "always": False,
                "start": 1,
                "increment": 1,
                "minvalue": 1,
                "maxvalue": 2**31 - 1,
                "cycle": False,
                "cache": 1,
            }
        ),
        kinds=("postgresql",),
    ),
    "identity_always_and_back": Scenario(
        [identity(), identity(always=True), identity(), ops.AlterColumn("books", "id", identity=None)],
        lambda f: f["books"].columns["id"].identity is None,
        kinds=("postgresql",),
    ),
    "identity_of_a_key": Scenario(  # where a key numbers itself anyhow, there is nothing to do
        [identity()], lambda f: f["books"].primary_key == ("id",), kinds=NOT_POSTGRESQL
    ),
    "collation_sqlite": Scenario(
        [ops.AlterColumn("authors", "name", type=String(50, collation="NOCASE"))],
        lambda f: f["authors"].columns["name"].type.startswith("VARCHAR(50)"),
        kinds=("sqlite",),
    ),
    "collation_postgresql": Scenario(
        [ops.AlterColumn("authors", "name", type=String(50, collation="C"))],
        lambda f: "C" in f["authors"].columns["name"].type,
        kinds=("postgresql",),
    ),
    "collation_mariadb": Scenario(
        [ops.AlterColumn("authors", "name", type=String(50, collation="utf8mb4_bin"))],
        lambda f: "utf8mb4_bin" in f["authors"].columns["name"].type,
        kinds=("mariadb",),
    ),
    "default_by_function": Scenario(
        [ops.AlterColumn("authors", "born", server_default=sa.text("(lower('ABC'))"))],
        lambda f: "1900" not in str(f["authors"].columns["born"].default),  # the Inspector overlooks MariaDB's
    ),
    "default_on_update": Scenario(
        [
            ops.AlterColumn("authors", "seen", server_default=sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
            ops.AlterColumn("authors", "seen", server_default=sa.text("CURRENT_TIMESTAMP")),
            ops.AlterColumn("authors", "seen", server_default=sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
        ],
        lambda f: "on update" in f["authors"].columns["seen"].default.lower(),
        kinds=("mariadb",),
        prepare=(ops.AddColumn("authors", Column("seen", sa.DateTime, server_default=sa.func.now())),),
    ),
    "several_at_once": Scenario(
        [
            ops.AlterColumn(
                "authors", "born", type=sa.Text(), nullable=False, server_default=None, comment="when", fill="'?'"
            )
        ],
        lambda f: f["authors"].columns["born"].type == "TEXT" and not f["authors"].columns["born"].nullable,
    ),
    "computed_in_another_way": Scenario(
        [ops.AlterColumn("books", "twice", computed=Computed('"order" * 3', persisted=True))],
        lambda f: "3" in f["books"].columns["twice"].computed,
        prepare=(TWICE,),
    ),
    "computed_in_another_way_with_users": Scenario(
        [ops.AlterColumn("books", "twice", computed=Computed('"order" * 3', persisted=True))],
        lambda f: (
            "3" in f["books"].columns["twice"].computed
            and f["books"].indexes["ix_twice"] == ("twice", "title")
            and f["books"].uniques["uq_twice"] == ("twice", "author_id")
            and "ck_twice" in f["books"].checks
        ),
        prepare=WITH_USERS,
    ),
    "computed_with_another_type": Scenario(
        [ops.AlterColumn("books", "twice", type=sa.BigInteger(), computed=Computed('"order" * 3', persisted=True))],
        lambda f: f["books"].columns["twice"].type.startswith("BIGINT"),
        prepare=(TWICE,),
    ),
    "computed_no_more": Scenario(
        [ops.AlterColumn("books", "twice", computed=None)],
        lambda f: f["books"].columns["twice"].computed is None and "uq_twice" in f["books"].uniques,
        prepare=WITH_USERS,
    ),
    "computed_no_more_and_not_null": Scenario(
        [ops.AlterColumn("books", "twice", computed=None, nullable=False, server_default="7")],
        lambda f: not f["books"].columns["twice"].nullable and "7" in f["books"].columns["twice"].default,
        prepare=(TWICE,),
    ),
    "computed_on_the_fly_no_more": Scenario(
        [ops.AlterColumn("books", "twice", computed=None)],
        lambda f: f["books"].columns["twice"].computed is None,
        kinds=NOT_POSTGRESQL,
        prepare=(LAZY,),
    ),
    "computed_and_stored": Scenario(
        [ops.AlterColumn("books", "twice", computed=Computed('"order" * 2', persisted=True))],
        lambda f: f["books"].columns["twice"].computed is not None,
        kinds=NOT_POSTGRESQL,
        prepare=(LAZY,),
    ),
    "computed_from_now_on": Scenario(
        [ops.AlterColumn("books", "sequel_of", computed=Computed('"order" * 2', persisted=True))],
        lambda f: f["books"].columns["sequel_of"].computed is not None,
        lost=("books.sequel_of",),
        prepare=(ops.DropConstraint("fk_books_sequel", "books"),),
    ),
    "option_of_a_dialect": Scenario(
        [ops.AlterColumn("authors", "name", sqlite_on_conflict_not_null="IGNORE")],
        lambda f: not f["authors"].columns["name"].nullable,
    ),
}


@pytest.mark.parametrize(
    ("database", "name"),
    [(kind, name) for name, scenario in SCENARIOS.items() for kind in scenario.kinds],
    indirect=["database"],
)
def test_a_column_becomes_what_it_shall_be(database: Database, name: str) -> None:
    """Each change reaches the database, its reverse leads back, and every other row is kept."""
    check(database, SCENARIOS[name])


@pytest.mark.parametrize(
    ("database", "name"),
    [(kind, name) for name, scenario in SCENARIOS.items() for kind in scenario.kinds],
    indirect=["database"],
)
def test_the_database_is_what_the_state_says(database: Database, name: str) -> None:
    """After each change the live schema compared with the state shows no difference."""
    scenario = SCENARIOS[name]
    after = run(database, scenario.operations, prepared(database, scenario.prepare))
    with database.engine.connect() as connection:
        assert minimig.diff(connection, to_metadata(after)) == []


def test_the_values_of_a_computed_column_stay(database: Database) -> None:
    """DROP EXPRESSION and its kin: the column is plain, keeps its values, and takes new ones."""
    before = prepared(database, WITH_USERS)
    run(database, [ops.AlterColumn("books", "twice", computed=None)], before)
    with database.engine.begin() as connection:
        assert rows(connection, "books", ["twice"]) == [(2,), (4,)]
        connection.execute(sa.text("UPDATE books SET twice = 9 WHERE id = 1"))


def test_values_are_computed_anew(database: Database) -> None:
    """Another expression gives all rows their new value."""
    before = prepared(database, [TWICE])
    run(database, [ops.AlterColumn("books", "twice", computed=Computed('"order" * 10', persisted=True))], before)
    with database.engine.connect() as connection:
        assert rows(connection, "books", ["twice"]) == [(10,), (20,)]


@pytest.mark.parametrize("database", ["postgresql", "mariadb"], indirect=True)
def test_what_hangs_on_a_column_made_anew_is_named(database: Database) -> None:
    """A foreign key that points to a computed column would be lost, so the change is refused before it begins."""
    before = prepared(
        database,
        [
            TWICE,
            ops.AddConstraint("books", sa.UniqueConstraint("twice", name="uq_twice")),
            ops.AddColumn("authors", Column("b", Integer, sa.ForeignKey("books.twice", name="fk_b"))),
        ],
    )
    change = ops.AlterColumn("books", "twice", computed=Computed('"order" * 3', persisted=True))
    with pytest.raises(UnsupportedError, match=r"foreign key authors\.fk_b uses it") as caught:
        run(database, [change], before)
    assert "drop that in an operation before" in str(caught.value.hint)


def test_a_computed_column_has_no_default() -> None:
    """A column is computed or has a default: which of them goes is said, not guessed."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, Column("a", Integer), Column("b", Integer, server_default="1"))
    change = ops.AlterColumn("t", "b", computed=Computed("a"))
    with pytest.raises(StateError, match="would be computed and have a server default"):
        change.state_forwards(from_metadata(metadata))
    both = ops.AlterColumn("t", "b", computed=Computed("a"), server_default=None)
    assert both.state_forwards(from_metadata(metadata))["t"].columns["b"].computed is not None


def test_the_autodetector_changes_an_option() -> None:
    """A changed option of a dialect is one AlterColumn, and its reverse takes it away again."""
    plain, strict = (sa.MetaData() for _ in range(2))
    sa.Table("t", plain, Column("a", Integer, nullable=False))
    sa.Table("t", strict, Column("a", Integer, nullable=False, sqlite_on_conflict_not_null="FAIL"))
    assert minimig.diff(plain, strict) == [ops.AlterColumn("t", "a", sqlite_on_conflict_not_null="FAIL")]
    assert minimig.diff(strict, plain) == [ops.AlterColumn("t", "a", sqlite_on_conflict_not_null=None)]
