"""Columns that bring keys, constraints and indexes along, and take them away: up and down, with rows in place."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

import minimig
from minimig import ops
from minimig.errors import StateError
from minimig.state.from_metadata import from_metadata
from support.databases import Database
from support.editing import ran, run
from support.facts import rows
from support.scenarios import Scenario, check, prepared

SCENARIOS = {
    "foreign_key": Scenario(
        [ops.AddColumn("books", Column("editor_id", Integer, sa.ForeignKey("authors.id", ondelete="SET NULL")))],
        lambda f: any(key[:3] == (("editor_id",), "authors", ("id",)) for key in f["books"].foreign_keys.values()),
    ),
    "foreign_key_to_the_table_itself": Scenario(
        [ops.AddColumn("books", Column("prequel_of", Integer, sa.ForeignKey("books.id", name="fk_prequel")))],
        lambda f: (("prequel_of",), "books", ("id",), ()) in f["books"].foreign_keys.values(),
    ),
    "foreign_key_with_a_fill": Scenario(
        [ops.AddColumn("books", Column("of", Integer, sa.ForeignKey("authors.id"), nullable=False), fill="author_id")],
        lambda f: not f["books"].columns["of"].nullable and "fk_books_of_authors" in f["books"].foreign_keys,
    ),
    "foreign_key_with_a_default": Scenario(
        [
            ops.AddColumn(
                "books", Column("of", Integer, sa.ForeignKey("authors.id"), server_default="1", nullable=False)
            )
        ],
        lambda f: "1" in f["books"].columns["of"].default and "fk_books_of_authors" in f["books"].foreign_keys,
    ),
    "unique": Scenario(
        [ops.AddColumn("books", Column("isbn", String(20), unique=True))],
        lambda f: f["books"].uniques["uq_books_isbn"] == ("isbn",),
    ),
    "index": Scenario(
        [ops.AddColumn("books", Column("isbn", String(20), index=True))],
        lambda f: f["books"].indexes["ix_books_isbn"] == ("isbn",),
    ),
    "unique_index": Scenario(
        [ops.AddColumn("books", Column("isbn", String(20), index=True, unique=True))],
        lambda f: f["books"].uniques["ix_books_isbn"] == ("isbn",),
    ),
    "check": Scenario(
        [
            ops.AddColumn(
                "books", Column("pages", Integer, sa.CheckConstraint("pages > 0", name="ck_pages"), server_default="1")
            )
        ],
        lambda f: "pages" in f["books"].checks["ck_pages"],
    ),
    "everything_at_once": Scenario(
        [
            ops.AddColumn(
                "books",
                Column(
                    "Of",
                    Integer,
                    sa.ForeignKey("authors.id"),
                    sa.CheckConstraint('"Of" > 0', name="ck_of"),
                    index=True,
                    comment="c",
                ),
                sa.UniqueConstraint("Of", "title", name="uq_of_title"),
                sa.CheckConstraint('"Of" < "order" + 100', name="ck_of_order"),
            )
        ],
        lambda f: (
            f["books"].uniques["uq_of_title"] == ("Of", "title")
            and f["books"].indexes["ix_books_Of"] == ("Of",)
            and {"ck_of", "ck_of_order"} <= f["books"].checks.keys()
            and "fk_books_Of_authors" in f["books"].foreign_keys
        ),
    ),
    "primary_key_that_numbers_itself": Scenario(
        [ops.AddColumn("editions", Column("id", Integer, primary_key=True))],
        lambda f: f["editions"].primary_key == ("id",),
    ),
    "composite_primary_key": Scenario(
        [
            ops.AddColumn(
                "editions",
                Column("part", Integer, nullable=False),
                sa.PrimaryKeyConstraint("code", "part"),
                fill="1",
            )
        ],
        lambda f: f["editions"].primary_key == ("code", "part"),
    ),
    "drop_column_with_all_that_uses_it": Scenario(
        [ops.DropColumn("books", "author_id", cascade=True)],
        lambda f: "fk_books_author" not in f["books"].foreign_keys and f["books"].uniques == {},
        lost=("books.author_id", "books"),
        prepare=(ops.RunSQL("DELETE FROM books", reverse=ops.NOOP),),
    ),
    "drop_column_of_the_primary_key": Scenario(
        [ops.DropConstraint("fk_editions", "editions"), ops.DropColumn("Select", "group", cascade=True)],
        lambda f: f["Select"].primary_key == (),
        lost=("Select.group", "Select"),
        prepare=(
            ops.RunSQL("DELETE FROM editions", reverse=ops.NOOP),
            ops.RunSQL(sa.delete(sa.table("Select")), reverse=ops.NOOP),
        ),
    ),
}


@pytest.mark.parametrize(
    ("database", "name"),
    [(kind, name) for name, scenario in SCENARIOS.items() for kind in scenario.kinds],
    indirect=["database"],
)
def test_items_come_and_go_with_their_column(database: Database, name: str) -> None:
    """What is written on a column reaches the database with it; its reverse leads back and keeps every other row."""
    check(database, SCENARIOS[name])


def test_rows_are_numbered_by_a_new_key(database: Database) -> None:
    """A primary key that numbers itself gives a number to each row that exists, and goes on after them."""
    before = prepared(database, [ops.DropConstraint("fk_editions", "editions")])
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO editions (code) VALUES ('c2'), ('c3')"))
    run(database, [ops.AddColumn("editions", Column("id", Integer, primary_key=True))], before)
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO editions (code) VALUES ('c4')"))
        assert sorted(row[0] for row in rows(connection, "editions", ["id"])) == [1, 2, 3, 4]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_reference_needs_no_rebuild(database: Database) -> None:
    """SQLite takes REFERENCES and CHECK inside ADD COLUMN: one statement, however many rows there are."""
    before = prepared(database, [])
    column = Column("of", Integer, sa.ForeignKey("authors.id"), sa.CheckConstraint('"of" > 0', name="ck_of"))
    _, statements = ran(database, [ops.AddColumn("books", column)], before)
    assert statements == [
        (
            'ALTER TABLE books ADD COLUMN "of" INTEGER CONSTRAINT ck_of CHECK ("of" > 0)'
            " CONSTRAINT fk_books_of_authors REFERENCES authors (id)"
        )
    ]


@pytest.mark.parametrize("database", ["mariadb"], indirect=True)
def test_a_column_and_its_constraints_are_one_statement(database: Database) -> None:
    """MariaDB commits at each statement, so the column comes with its constraints or not at all."""
    before = prepared(database, [])
    column = Column("of", Integer, sa.ForeignKey("authors.id"), unique=True)
    _, statements = ran(database, [ops.AddColumn("books", column)], before)
    assert len(statements) == 1


def test_a_fresh_look_finds_no_difference(database: Database) -> None:
    """A column with inline items leads to the same schema as models that say it."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, Column("id", Integer, primary_key=True))
    posts = sa.Table("posts", metadata, Column("id", Integer, primary_key=True))
    before = from_metadata(metadata)
    run(database, [ops.CreateTable(table) for table in before.tables.values()], from_metadata(sa.MetaData()))
    column = Column(
        "by", Integer, sa.ForeignKey("users.id", name="fk_by", onupdate="CASCADE", deferrable=True), index=True
    )
    assert column.table is None
    after = run(database, [ops.AddColumn("posts", column)], before)
    posts.append_column(column)
    assert after == from_metadata(metadata)
    with database.engine.connect() as connection:
        assert minimig.diff(connection, metadata) == []


def test_a_column_that_is_pointed_to_stays() -> None:
    """`cascade` takes along what its own table has, never what others have: that would be lost without a word."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, Column("id", Integer, primary_key=True), Column("name", String(9)))
    sa.Table("posts", metadata, Column("id", Integer, primary_key=True), Column("by", sa.ForeignKey("users.id")))
    with pytest.raises(StateError, match=r"posts\.fk_posts_by_users points to it"):
        ops.DropColumn("users", "id", cascade=True).state_forwards(from_metadata(metadata))


def test_a_key_over_nullable_columns_is_refused() -> None:
    """Their way back to NULL would be forgotten, so such a key has an operation of its own."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, Column("a", Integer))
    add = ops.AddColumn("t", Column("b", Integer, nullable=False), sa.PrimaryKeyConstraint("a", "b"))
    with pytest.raises(StateError, match=r"t\.a is nullable"):
        add.state_forwards(from_metadata(metadata))
