"""What MySQL 8 is told otherwise than MariaDB, by the statements on paper: the server at hand is MariaDB."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, String

from minimig import ops
from minimig.dialects.registry import dialect_of
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.editing import script, up_and_down
from support.library import library

MYSQL = dialect_of("mysql+pymysql://")
MARIADB = dialect_of("mariadb+pymysql://")
LIBRARY = from_metadata(library())

ADD_CHECK = "ALTER TABLE books ADD CONSTRAINT ck_books_order CHECK (`order` > 0 AND title <> 'a:b%c')"
Statements = tuple[list[str], list[str]]

CASES: dict[str, tuple[Operation, Statements, Statements]] = {
    "drop_check": (
        ops.DropConstraint("ck_books_order", "books"),
        (["ALTER TABLE books DROP CHECK ck_books_order"], [ADD_CHECK]),
        (["ALTER TABLE books DROP CONSTRAINT ck_books_order"], [ADD_CHECK]),
    ),
    "rename_check": (
        ops.RenameConstraint("ck_books_price", "ck", "books"),
        (
            ["ALTER TABLE books DROP CHECK ck_books_price, ADD CONSTRAINT ck CHECK (price >= 0)"],
            ["ALTER TABLE books DROP CHECK ck, ADD CONSTRAINT ck_books_price CHECK (price >= 0)"],
        ),
        (
            ["ALTER TABLE books DROP CONSTRAINT ck_books_price, ADD CONSTRAINT ck CHECK (price >= 0)"],
            ["ALTER TABLE books DROP CONSTRAINT ck, ADD CONSTRAINT ck_books_price CHECK (price >= 0)"],
        ),
    ),
    "rename_checked_column": (
        ops.RenameColumn("books", "price", "cost"),
        (
            [
                (
                    "ALTER TABLE books DROP CHECK ck_books_price, RENAME COLUMN price TO cost, "
                    "ADD CONSTRAINT ck_books_price CHECK (cost >= 0)"
                )
            ],
            [
                (
                    "ALTER TABLE books DROP CHECK ck_books_price, RENAME COLUMN cost TO price, "
                    "ADD CONSTRAINT ck_books_price CHECK (price >= 0)"
                )
            ],
        ),
        (
            ["ALTER TABLE books RENAME COLUMN price TO cost"],
            ["ALTER TABLE books RENAME COLUMN cost TO price"],
        ),
    ),
    "rename_index": (
        ops.RenameIndex("ix_books_order", "ix", "books"),
        (
            ["ALTER TABLE books RENAME INDEX ix_books_order TO ix"],
            ["ALTER TABLE books RENAME INDEX ix TO ix_books_order"],
        ),
        (
            ["ALTER TABLE books RENAME INDEX ix_books_order TO ix"],
            ["ALTER TABLE books RENAME INDEX ix TO ix_books_order"],
        ),
    ),
    "literal_default_of_a_text": (
        ops.AlterColumn("books", "note", server_default="it's \\ :x 5%"),
        (
            [
                (
                    "ALTER TABLE books MODIFY COLUMN note TEXT"
                    " COMMENT 'it''s \\\\ 100%: :x ::y \"z\"' DEFAULT ('it''s \\\\ :x 5%')"
                )
            ],
            ["ALTER TABLE books MODIFY COLUMN note TEXT COMMENT 'it''s \\\\ 100%: :x ::y \"z\"'"],
        ),
        (
            [
                (
                    "ALTER TABLE books MODIFY COLUMN note TEXT"
                    " COMMENT 'it''s \\\\ 100%: :x ::y \"z\"' DEFAULT 'it''s \\\\ :x 5%'"
                )
            ],
            ["ALTER TABLE books MODIFY COLUMN note TEXT COMMENT 'it''s \\\\ 100%: :x ::y \"z\"'"],
        ),
    ),
    "default_by_an_expression": (
        ops.AddColumn("authors", Column("key", String(36), server_default=sa.text("uuid()"))),
        (
            ["ALTER TABLE authors ADD COLUMN `key` VARCHAR(36) DEFAULT (uuid())"],
            ["ALTER TABLE authors DROP COLUMN `key`"],
        ),
        (
            ["ALTER TABLE authors ADD COLUMN `key` VARCHAR(36) DEFAULT (uuid())"],
            ["ALTER TABLE authors DROP COLUMN `key`"],
        ),
    ),
    "computed_column_that_is_not_null": (
        ops.AddColumn("books", Column("twice", Integer, sa.Computed('"order" * 2', persisted=True), nullable=False)),
        (
            ["ALTER TABLE books ADD COLUMN twice INTEGER GENERATED ALWAYS AS (`order` * 2) STORED NOT NULL"],
            ["ALTER TABLE books DROP COLUMN twice"],
        ),
        (
            ["ALTER TABLE books ADD COLUMN twice INTEGER GENERATED ALWAYS AS (`order` * 2) STORED"],
            ["ALTER TABLE books DROP COLUMN twice"],
        ),
    ),
    "index_that_replaces_one_made_for_a_foreign_key": (
        ops.CreateIndex("ix", "editions", ["author_id", "group"]),
        (
            ["CREATE INDEX ix ON editions (author_id, `group`)"],
            ["ALTER TABLE editions ADD INDEX fk_editions (author_id, `group`), DROP INDEX ix"],
        ),
        (
            [
                "CREATE INDEX ix ON editions (author_id, `group`)",
                "ALTER TABLE editions DROP INDEX IF EXISTS fk_editions",
            ],
            ["ALTER TABLE editions ADD INDEX fk_editions (author_id, `group`), DROP INDEX ix"],
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_mysql_and_mariadb_side_by_side(name: str) -> None:
    """The same operation, up and down, in each one's words."""
    operation, mysql, mariadb = CASES[name]
    assert up_and_down(MYSQL, [operation], LIBRARY) == mysql
    assert up_and_down(MARIADB, [operation], LIBRARY) == mariadb


@pytest.mark.parametrize(
    ("element", "spelled"),
    [(sa.text('lower("name")'), "(lower(`name`))"), (sa.func.lower(sa.column("name")), "(lower(name))")],
)
def test_an_expression_in_an_index_has_parentheses_of_its_own(element: sa.ClauseElement, spelled: str) -> None:
    """MySQL 8.0.13 has functional indexes; MariaDB has none, and that is said."""
    create = ops.CreateIndex("ix", "authors", [element, "born", sa.text('"rank" DESC')])
    assert up_and_down(MYSQL, [create], LIBRARY) == (
        [f"CREATE INDEX ix ON authors ({spelled}, born, `rank` DESC)"],
        ["ALTER TABLE authors DROP INDEX ix"],
    )
    with pytest.raises(UnsupportedError, match="MariaDB cannot do"):
        script(MARIADB, [create], LIBRARY)


def test_a_table_with_what_only_expressions_can_say() -> None:
    """Literal defaults of TEXT, BLOB and JSON stand in parentheses in CREATE TABLE, too; numbers and moments do not."""
    table = ops.CreateTable(
        "t",
        Column("a", sa.Text, server_default="x"),
        Column("b", sa.JSON, server_default=sa.text("'{\"a\": 1}'")),
        Column("c", Integer, server_default="1"),
        Column("d", sa.DateTime, server_default=sa.func.current_timestamp()),
        CheckConstraint("c > 0", name="ck"),
        ForeignKeyConstraint(["c"], ["authors.id"], "fk"),
    )
    (statement,) = script(MYSQL, [table], LIBRARY)
    assert statement.split(", \n\t")[:4] == [
        "CREATE TABLE t (\n\ta TEXT DEFAULT ('x')",
        "b JSON DEFAULT ('{\"a\": 1}')",
        "c INTEGER DEFAULT '1'",
        "d DATETIME DEFAULT CURRENT_TIMESTAMP",
    ]
    assert "DEFAULT 'x'" in script(MARIADB, [table], SchemaState())[0]
