"""The contract that every schema editor passes against its real database.

A small library with rows in it (`support.library`); one operation, or a few that belong together, goes up and comes
back. Afterwards the database is what it was, and the rows of every column that was not dropped are still there.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint

from minimig import ops
from support.databases import Database
from support.editing import run
from support.facts import rows
from support.library import AWKWARD
from support.scenarios import NOT_SQLITE, Scenario, check, prepared

ORDERING = ("sqlite", "mariadb")

STATUS = sa.Enum("draft", "live", name="status")
MORE_STATUS = sa.Enum("draft", "it's", "live", name="status")
ADD_STATUS = ops.AddColumn("books", Column("status", STATUS, nullable=False, server_default="live"), fill="'draft'")

TABLES = {
    "create_table": Scenario(
        [
            ops.CreateTable(
                "Reviews",
                Column("id", sa.BigInteger, primary_key=True),
                Column("book_id", Integer, nullable=False),
                Column("stars", sa.SmallInteger, server_default="3"),
                Column("status", STATUS, nullable=False, server_default="draft"),
                ForeignKeyConstraint(["book_id"], ["books.id"], "fk_reviews", ondelete="CASCADE"),
                CheckConstraint("stars BETWEEN 1 AND 5", name="ck_reviews_stars"),
                Index("ix_reviews_stars", "stars", "book_id"),
            )
        ],
        lambda f: (
            f["Reviews"].primary_key == ("id",)
            and f["Reviews"].foreign_keys["fk_reviews"][1:] == ("books", ("id",), (("ondelete", "CASCADE"),))
            and f["Reviews"].indexes["ix_reviews_stars"] == ("stars", "book_id")
            and "ck_reviews_stars" in f["Reviews"].checks
        ),
    ),
    "drop_table": Scenario([ops.DropTable("editions")], lambda f: "editions" not in f, lost=("editions",)),
    "rename_table": Scenario(
        [ops.RenameTable("books", "Volumes")],
        lambda f: "books" not in f and f["Volumes"].foreign_keys["fk_books_sequel"][1] == "Volumes",
    ),
    "rename_table_pointed_to": Scenario(
        [ops.RenameTable("Select", "order")],
        lambda f: f["editions"].foreign_keys["fk_editions"][1] == "order",
    ),
    "alter_table_comment": Scenario(
        [ops.AlterTable("authors", comment=AWKWARD)],
        lambda f: f["authors"].comment == AWKWARD,
        kinds=NOT_SQLITE,
    ),
    "drop_table_comment": Scenario(
        [ops.AlterTable("books", comment=None)], lambda f: f["books"].comment is None, kinds=NOT_SQLITE
    ),
    "rebuild_table": Scenario([ops.RebuildTable("books")], lambda f: f["books"].primary_key == ("id",), kinds=ORDERING),
    "order_columns": Scenario(
        [ops.RebuildTable("books", order=["note", "id"]), ops.RebuildTable("Select", order=["group", "author_id"])],
        lambda f: (
            list(f["books"].columns) == ["title", "author_id", "sequel_of", "price", "order", "note", "id"]
            and list(f["Select"].columns) == ["group", "author_id", "BY"]
            and f["Select"].primary_key == ("author_id", "group")
        ),
        kinds=ORDERING,
    ),
}

ADDED_COLUMNS = {
    "add_nullable_column": Scenario(
        [ops.AddColumn("books", Column("isbn", String(20)))], lambda f: f["books"].columns["isbn"].nullable
    ),
    "add_column_with_awkward_default": Scenario(
        [ops.AddColumn("books", Column("TABLE", String(40), nullable=False, server_default=AWKWARD))],
        lambda f: not f["books"].columns["TABLE"].nullable and "100%:" in f["books"].columns["TABLE"].default,
    ),
    "add_column_with_constant_fill": Scenario(
        [ops.AddColumn("books", Column("slug", String(20), nullable=False), fill="'a%b:c'")],
        lambda f: not f["books"].columns["slug"].nullable and f["books"].columns["slug"].default is None,
    ),
    "add_nullable_column_with_constant_fill": Scenario(
        [ops.AddColumn("books", Column("slug", String(20)), fill="'x'")],
        lambda f: f["books"].columns["slug"].nullable and f["books"].columns["slug"].default is None,
    ),
    "add_text_column_with_constant_fill": Scenario(
        [ops.AddColumn("books", Column("body", sa.Text, nullable=False), fill="'x'")],
        lambda f: not f["books"].columns["body"].nullable and f["books"].columns["body"].default is None,
    ),
    "add_column_with_computed_fill": Scenario(
        [
            ops.AddColumn(
                "books",
                Column("place", Integer, nullable=False, server_default="7", comment="c"),
                fill='"order" + 1',
            )
        ],
        lambda f: not f["books"].columns["place"].nullable and "7" in f["books"].columns["place"].default,
    ),
    "add_computed_column": Scenario(
        [ops.AddColumn("books", Column("twice", Integer, sa.Computed('"order" * 2', persisted=True)))],
        lambda f: f["books"].columns["twice"].computed is not None,
    ),
    "add_enum_column": Scenario(
        [ops.AddColumn("books", Column("status", STATUS, nullable=False), fill="'live'")],
        lambda f: not f["books"].columns["status"].nullable,
    ),
    "add_checked_boolean": Scenario(
        [ops.AddColumn("books", Column("sold", sa.Boolean(create_constraint=True)))],
        lambda f: f["books"].columns["sold"].nullable,
    ),
    "add_column_after_another": Scenario(
        [
            ops.AddColumn("books", Column("a", String(20), comment="c"), after="id"),
            ops.AddColumn("books", Column("b", Integer, nullable=False), fill='"order" + 1', before="order"),
            ops.AddColumn("books", Column("c", String(20), nullable=False), fill="'x'", before="id"),
        ],
        lambda f: (
            [
                *f["books"].columns,
            ]
            == ["c", "id", "a", "title", "author_id", "sequel_of", "price", "b", "order", "note"]
        ),
        kinds=ORDERING,
    ),
    "add_column_with_function_default": Scenario(
        [ops.AddColumn("authors", Column("seen", sa.DateTime, server_default=sa.func.now()))],
        lambda f: f["authors"].columns["seen"].default is not None,
    ),
}

DROPPED_AND_RENAMED_COLUMNS = {
    "drop_column": Scenario(
        [ops.DropColumn("books", "note")],
        lambda f: "note" not in f["books"].columns,
        lost=("books.note",),
    ),
    "drop_checked_column": Scenario(
        [ops.DropColumn("books", "sold")],
        lambda f: "sold" not in f["books"].columns,
        prepare=(ops.AddColumn("books", Column("sold", sa.Boolean(create_constraint=True))),),
    ),
    "rename_column_in_check_and_index": Scenario(
        [ops.RenameColumn("books", "order", "Position")],
        lambda f: (
            f["books"].indexes["ix_books_order"] == ("Position",)
            and "Position" in f["books"].checks["ck_books_order"]
            and f["books"].columns["Position"].default is not None
        ),
    ),
    "rename_column_in_unique_and_foreign_key": Scenario(
        [ops.RenameColumn("books", "author_id", "by")],
        lambda f: (
            f["books"].uniques["uq_books_author_title"] == ("by", "title")
            and f["books"].foreign_keys["fk_books_author"][0] == ("by",)
        ),
    ),
    "rename_key_column": Scenario(
        [ops.RenameColumn("books", "id", "number")],
        lambda f: (
            f["books"].primary_key == ("number",) and f["books"].foreign_keys["fk_books_sequel"][2] == ("number",)
        ),
    ),
    "rename_column_of_composite_key": Scenario(
        [ops.RenameColumn("Select", "group", "HAVING")],
        lambda f: (
            f["Select"].primary_key == ("author_id", "HAVING")
            and f["editions"].foreign_keys["fk_editions"][2] == ("author_id", "HAVING")
        ),
    ),
    "rename_computed_source": Scenario(
        [ops.RenameColumn("books", "order", "Position")],
        lambda f: "Position" in f["books"].columns["twice"].computed,
        prepare=(ops.AddColumn("books", Column("twice", Integer, sa.Computed('"order" * 2', persisted=True))),),
    ),
    "rename_column_with_type_check": Scenario(
        [ops.RenameColumn("books", "sold", "gone"), ops.DropColumn("books", "gone")],
        lambda f: "gone" not in f["books"].columns,
        prepare=(ops.AddColumn("books", Column("sold", sa.Enum("y", "n", native_enum=False, create_constraint=True))),),
    ),
}

ALTERED_COLUMNS = {
    "widen_string": Scenario(
        [ops.AlterColumn("books", "title", type=String(200))],
        lambda f: "200" in f["books"].columns["title"].type and "100%:" in f["books"].columns["title"].default,
    ),
    "string_to_integer": Scenario(
        [ops.AlterColumn("authors", "born", type=Integer)],
        lambda f: "INT" in f["authors"].columns["born"].type and "1900" in f["authors"].columns["born"].default,
    ),
    "string_to_integer_by_using": Scenario(
        [ops.AlterColumn("authors", "born", type=Integer, using="CAST(born AS DECIMAL) + 0")],
        lambda f: "INT" in f["authors"].columns["born"].type,
    ),
    "number_to_boolean": Scenario(
        [ops.AlterColumn("authors", "rank", type=sa.Boolean())],
        lambda f: f["authors"].columns["rank"].type.startswith(("BOOL", "TINYINT")),
    ),
    "type_of_key_and_what_points_to_it": Scenario(
        [
            ops.AlterColumn("books", "id", type=sa.BigInteger()),
            ops.AlterColumn("books", "sequel_of", type=sa.BigInteger()),
        ],
        lambda f: (
            f["books"].columns["id"].type.startswith("BIGINT")
            and f["books"].columns["sequel_of"].type.startswith("BIGINT")
            and "fk_books_sequel" in f["books"].foreign_keys
        ),
    ),
    "type_of_key_pointed_to_from_elsewhere": Scenario(
        [
            ops.AlterColumn("Select", "author_id", type=sa.BigInteger()),
            ops.AlterColumn("authors", "id", type=sa.BigInteger()),
            ops.AlterColumn("books", "author_id", type=sa.BigInteger()),
            ops.AlterColumn("editions", "author_id", type=sa.BigInteger()),
        ],
        lambda f: (
            "fk_select_author" in f["Select"].foreign_keys
            and "fk_books_author" in f["books"].foreign_keys
            and "fk_editions" in f["editions"].foreign_keys
            and f["authors"].columns["id"].type.startswith("BIGINT")
        ),
    ),
    "not_null_with_fill": Scenario(
        [ops.AlterColumn("authors", "Email", nullable=False, fill="name")],
        lambda f: not f["authors"].columns["Email"].nullable,
        lost=("authors.Email",),
    ),
    "type_and_not_null_with_fill": Scenario(
        [ops.AlterColumn("authors", "rank", type=String(5), nullable=False, fill="'9'")],
        lambda f: not f["authors"].columns["rank"].nullable,
        lost=("authors.rank",),
    ),
    "nullable": Scenario(
        [ops.AlterColumn("authors", "name", nullable=True)], lambda f: f["authors"].columns["name"].nullable
    ),
    "nullable_with_default_and_comment": Scenario(
        [ops.AlterColumn("books", "order", nullable=True)],
        lambda f: (
            f["books"].columns["order"].nullable
            and "1" in f["books"].columns["order"].default
            and f["books"].columns["order"].comment in ("a place", None)
        ),
    ),
    "set_default": Scenario(
        [ops.AlterColumn("authors", "name", server_default=AWKWARD)],
        lambda f: "100%:" in f["authors"].columns["name"].default,
    ),
    "change_default": Scenario(
        [ops.AlterColumn("books", "price", server_default=sa.text("1.5"))],
        lambda f: "1.5" in f["books"].columns["price"].default,
    ),
    "drop_default": Scenario(
        [ops.AlterColumn("books", "title", server_default=None)],
        lambda f: f["books"].columns["title"].default is None,
    ),
    "set_comment": Scenario(
        [ops.AlterColumn("authors", "name", comment=AWKWARD)],
        lambda f: f["authors"].columns["name"].comment == AWKWARD,
        kinds=NOT_SQLITE,
    ),
    "drop_comment": Scenario(
        [ops.AlterColumn("books", "note", comment=None)],
        lambda f: f["books"].columns["note"].comment is None,
        kinds=NOT_SQLITE,
    ),
    "other_labels": Scenario(
        [ops.AlterColumn("books", "status", type=MORE_STATUS, server_default="it's")],
        lambda f: not f["books"].columns["status"].nullable,
        prepare=(ADD_STATUS,),
    ),
    "enum_to_string": Scenario(
        [ops.AlterColumn("books", "status", type=String(20))],
        lambda f: f["books"].columns["status"].type.startswith("VARCHAR"),
        prepare=(ADD_STATUS,),
    ),
    "checked_enum": Scenario(
        [ops.AlterColumn("authors", "born", type=sa.Enum("1950", "1960", native_enum=False, create_constraint=True))],
        lambda f: any("1960" in text for text in f["authors"].checks.values()),
    ),
    "key_that_numbers_itself_no_more": Scenario(
        [ops.AlterColumn("books", "id", autoincrement=False)], lambda f: f["books"].primary_key == ("id",)
    ),
    "identity": Scenario(
        [
            ops.AlterColumn("books", "id", identity=sa.Identity(start=10)),
            ops.AlterColumn("books", "id", identity=sa.Identity(always=True, increment=5)),
        ],
        lambda f: f["books"].columns["id"].identity["increment"] == 5,
        kinds=("postgresql",),
    ),
    "identity_beside_the_key": Scenario(
        [ops.AlterColumn("books", "order", server_default=None, identity=sa.Identity())],
        lambda f: f["books"].columns["order"].identity["start"] == 1,
        kinds=("postgresql",),
    ),
}

CONSTRAINTS = {
    "add_unique": Scenario(
        [ops.AddConstraint("authors", UniqueConstraint("name", "born", name="uq_new"))],
        lambda f: f["authors"].uniques["uq_new"] == ("name", "born"),
    ),
    "drop_unique": Scenario([ops.DropConstraint("uq_authors_email", "authors")], lambda f: f["authors"].uniques == {}),
    "drop_unique_that_a_foreign_key_uses": Scenario(
        [ops.DropConstraint("uq_books_author_title", "books")],
        lambda f: f["books"].uniques == {} and "fk_books_author" in f["books"].foreign_keys,
    ),
    "rename_unique": Scenario(
        [ops.RenameConstraint("uq_authors_email", "UQ_mail", "authors")],
        lambda f: f["authors"].uniques == {"UQ_mail": ("Email",)},
    ),
    "add_check": Scenario(
        [ops.AddConstraint("books", CheckConstraint("\"order\" < 100 AND title <> '%\\:x'", name="ck_new"))],
        lambda f: "%:x" in f["books"].checks["ck_new"],
    ),
    "drop_check": Scenario(
        [ops.DropConstraint("ck_books_order", "books")], lambda f: "ck_books_order" not in f["books"].checks
    ),
    "rename_check": Scenario(
        [ops.RenameConstraint("ck_books_order", "CK", "books")],
        lambda f: "CK" in f["books"].checks and "ck_books_order" not in f["books"].checks,
    ),
    "add_foreign_key": Scenario(
        [
            ops.AddConstraint(
                "authors",
                ForeignKeyConstraint(["rank"], ["books.id"], "fk_new", ondelete="SET NULL", onupdate="CASCADE"),
            )
        ],
        lambda f: (
            f["authors"].foreign_keys["fk_new"]
            == (("rank",), "books", ("id",), (("ondelete", "SET NULL"), ("onupdate", "CASCADE")))
        ),
    ),
    "add_foreign_key_on_a_key_that_numbers_itself": Scenario(
        [ops.AddConstraint("authors", ForeignKeyConstraint(["id"], ["books.id"], "fk_new"))],
        lambda f: "fk_new" in f["authors"].foreign_keys,
    ),
    "drop_foreign_key": Scenario(
        [ops.DropConstraint("fk_books_author", "books")],
        lambda f: "fk_books_author" not in f["books"].foreign_keys,
    ),
    "drop_composite_foreign_key": Scenario(
        [ops.DropConstraint("fk_editions", "editions")],
        lambda f: f["editions"].foreign_keys == {} and f["editions"].indexes == {},
    ),
    "rename_foreign_key": Scenario(
        [ops.RenameConstraint("fk_editions", "FK", "editions")],
        lambda f: list(f["editions"].foreign_keys) == ["FK"] and set(f["editions"].indexes) <= {"FK"},
    ),
    "rename_self_reference": Scenario(
        [ops.RenameConstraint("fk_books_sequel", "FK", "books")],
        lambda f: f["books"].foreign_keys["FK"][1] == "books",
    ),
    "two_foreign_keys_on_one_column": Scenario(
        [
            ops.AddConstraint("authors", ForeignKeyConstraint(["rank"], ["books.id"], "fk_a")),
            ops.AddConstraint("authors", ForeignKeyConstraint(["rank"], ["authors.id"], "fk_b")),
            ops.DropConstraint("fk_b", "authors"),
        ],
        lambda f: "fk_a" in f["authors"].foreign_keys and set(f["authors"].indexes) <= {"fk_a"},
    ),
    "add_primary_key": Scenario(
        [ops.AddConstraint("editions", sa.PrimaryKeyConstraint("code"))],
        lambda f: f["editions"].primary_key == ("code",),
    ),
    "add_primary_key_that_numbers_itself": Scenario(
        [ops.AddConstraint("editions", sa.PrimaryKeyConstraint("year"))],
        lambda f: f["editions"].primary_key == ("year",),
    ),
    "add_composite_primary_key_over_nullable_columns": Scenario(
        [ops.AddConstraint("editions", sa.PrimaryKeyConstraint("group", "author_id", name="pk_editions"))],
        lambda f: not f["editions"].columns["group"].nullable,
    ),
    "drop_primary_key": Scenario(
        [ops.DropConstraint("fk_books_sequel", "books"), ops.DropPrimaryKey("books")],
        lambda f: f["books"].primary_key == () and not f["books"].columns["id"].nullable,
    ),
    "replace_primary_key": Scenario(
        [
            ops.DropConstraint("fk_editions", "editions"),
            ops.DropPrimaryKey("Select", nullable=("group",)),
            ops.AddConstraint("Select", sa.PrimaryKeyConstraint("author_id", "BY")),
        ],
        lambda f: f["Select"].primary_key == ("author_id", "BY") and f["Select"].columns["group"].nullable,
    ),
    "drop_primary_key_after_rename": Scenario(
        [
            ops.RenameTable("books", "Volumes"),
            ops.DropConstraint("fk_books_sequel", "Volumes"),
            ops.DropPrimaryKey("Volumes"),
        ],
        lambda f: f["Volumes"].primary_key == (),
    ),
}

INDEXES = {
    "create_index": Scenario(
        [ops.CreateIndex("IX_new", "books", ["title", "order"])],
        lambda f: f["books"].indexes["IX_new"] == ("title", "order"),
    ),
    "create_unique_index": Scenario(
        [ops.CreateIndex("ux_new", "authors", ["name"], unique=True)],
        lambda f: f["authors"].uniques["ux_new"] == ("name",),
    ),
    "create_descending_index": Scenario(
        [ops.CreateIndex("ix_new", "books", [sa.text('"order" DESC'), "title"])],
        lambda f: "ix_new" in f["books"].indexes,
    ),
    "create_expression_index": Scenario(
        [ops.CreateIndex("ix_new", "authors", [sa.text("lower(name)"), "born"])],
        lambda f: "ix_new" in f["authors"].indexes,
        kinds=("postgresql",),  # SQLAlchemy does not reflect it on SQLite, and MariaDB does not have it
    ),
    "create_partial_index": Scenario(
        [
            ops.CreateIndex(
                "ix_new",
                "books",
                ["title"],
                postgresql_where=sa.text("\"order\" > 1 AND title <> '%\\:x'"),
                sqlite_where=sa.text("\"order\" > 1 AND title <> '%\\:x'"),
            )
        ],
        lambda f: "ix_new" in f["books"].indexes,
    ),
    "create_index_that_a_foreign_key_can_use": Scenario(
        [ops.CreateIndex("ix_new", "editions", ["author_id", "group", "code"])],
        lambda f: list(f["editions"].indexes) == ["ix_new"],
    ),
    "drop_index": Scenario(
        [ops.DropIndex("ix_books_order", "books")], lambda f: "ix_books_order" not in f["books"].indexes
    ),
    "drop_index_that_a_foreign_key_uses": Scenario(
        [ops.DropIndex("ix_books_sequel", "books")],
        lambda f: "ix_books_sequel" not in f["books"].indexes and "fk_books_sequel" in f["books"].foreign_keys,
    ),
    "rename_index": Scenario(
        [ops.RenameIndex("ix_books_order", "IX", "books")],
        lambda f: "IX" in f["books"].indexes and "ix_books_order" not in f["books"].indexes,
    ),
    "a_very_long_name": Scenario(
        [ops.CreateIndex("ix_" + "n" * 80, "books", ["title"])], lambda f: len(f["books"].indexes) >= 3
    ),
}

SCENARIOS = TABLES | ADDED_COLUMNS | DROPPED_AND_RENAMED_COLUMNS | ALTERED_COLUMNS | CONSTRAINTS | INDEXES


# --- the contract -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("database", "name"),
    [(kind, name) for name, scenario in SCENARIOS.items() for kind in scenario.kinds],
    indirect=["database"],
)
def test_up_does_it_and_down_undoes_it(database: Database, name: str) -> None:
    """Each operation does what it says; its reverse leads back to the same facts and keeps every other row."""
    check(database, SCENARIOS[name])


def test_every_operation_has_a_scenario() -> None:
    """An operation that is added to the schema operations is added here, too."""
    covered = {type(op) for scenario in SCENARIOS.values() for op in scenario.operations}
    assert covered == {
        ops.AddColumn,
        ops.AddConstraint,
        ops.AlterColumn,
        ops.AlterTable,
        ops.CreateIndex,
        ops.CreateTable,
        ops.DropColumn,
        ops.DropConstraint,
        ops.DropIndex,
        ops.DropPrimaryKey,
        ops.DropTable,
        ops.RebuildTable,
        ops.RenameColumn,
        ops.RenameConstraint,
        ops.RenameIndex,
        ops.RenameTable,
    }


def test_fill_reaches_the_rows(database: Database) -> None:
    """Rows that exist get the fill, constant or computed from the row; the column's default is not their value."""
    before = prepared(database, ())
    run(
        database,
        [
            ops.AddColumn("books", Column("a", String(20), nullable=False), fill="'a%b:c'"),
            ops.AddColumn("books", Column("b", Integer, nullable=False, server_default="7"), fill='"order" * 10'),
            ops.AlterColumn("authors", "Email", nullable=False, fill="name"),
        ],
        before,
    )
    with database.engine.connect() as connection:
        assert rows(connection, "books", ["a", "b"]) == [("a%b:c", 10), ("a%b:c", 20)]
        assert rows(connection, "authors", ["Email"]) == [("Bob",), ("a@x",)]


def test_using_converts_the_values(database: Database) -> None:
    """`using` says what becomes of each value when the type changes."""
    before = prepared(database, ())
    change = ops.AlterColumn("authors", "born", type=Integer, server_default="5", using="CAST(born AS DECIMAL) + 1")
    run(database, [change], before)
    with database.engine.connect() as connection:
        assert rows(connection, "authors", ["born"]) == [(1951,), (1961,)]


def test_awkward_strings_arrive_as_they_are(database: Database) -> None:
    """A default with quotes, backslash, percent sign and colons is what a new row gets."""
    prepared(database, ())
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO books (id, author_id) VALUES (9, 2)"))
        titles = rows(connection, "books", ["title"])
    assert (AWKWARD,) in titles


def test_a_key_goes_on_numbering(database: Database) -> None:
    """A column that becomes a numbering key goes on after the rows that exist."""
    before = prepared(database, ())
    run(
        database,
        [
            ops.AlterColumn("editions", "year", server_default=None),
            ops.AddConstraint("editions", sa.PrimaryKeyConstraint("year")),
        ],
        before,
    )
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO editions (code) VALUES ('new')"))
        assert rows(connection, "editions", ["year", "code"]) == [(2001, "c1"), (2002, "new")]
