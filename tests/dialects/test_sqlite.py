"""SQLite's schema editor on real files: what ALTER does, what a rebuild does, and that a rebuild loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

import minimig
from minimig import ops
from minimig.dialects.sqlite.editor import SQLiteEditor
from minimig.dialects.sqlite.foreign_keys import foreign_key_violations
from minimig.errors import DatabaseError, UnsupportedError
from minimig.operations.base import Operation
from minimig.state.schema import SchemaState
from support.databases import Database
from support.sqlite_bench import Bench, Recording, drive, rebuilds


@pytest.fixture
def bench(sqlite_database: Database) -> Bench:
    """An empty database."""
    return Bench(sqlite_database.engine)


@pytest.fixture
def blog(bench: Bench) -> Bench:
    """Users 1 and 2, posts 1, 2 and 5."""
    bench.migrate(
        ops.CreateTable(
            "users",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("email", sa.String(80), nullable=False),
        ),
        ops.CreateTable(
            "posts",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("title", sa.String(80)),
            sa.Column("price", sa.Float),
            sa.Column("user_id", sa.Integer),
            sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user", ondelete="CASCADE"),
        ),
    )
    bench.sql(
        "INSERT INTO users VALUES (1, 'a@x'), (2, 'b@x')",
        "INSERT INTO posts VALUES (1, 'One', 1.5, 1), (2, NULL, 2.0, 2), (5, 'Five', NULL, NULL)",
    )
    return bench


# --- what ALTER does ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation",
    [
        ops.AddColumn("posts", sa.Column("slug", sa.String(80))),
        ops.AddColumn("posts", sa.Column("state", sa.String(9), nullable=False, server_default="it's")),
        ops.AddColumn("posts", sa.Column("rank", sa.Integer, nullable=False, server_default=sa.text("-1"))),
        ops.AddColumn("posts", sa.Column("loud", sa.String, sa.Computed("upper(title)"))),
        ops.DropColumn("posts", "title"),
        ops.RenameColumn("posts", "title", "headline"),
        ops.RenameTable("posts", "articles"),
        ops.CreateIndex("ix_title", "posts", ["title"]),
    ],
    ids=lambda operation: operation.describe(),
)
def test_native_changes_take_one_statement_there_and_back(blog: Bench, operation: Operation) -> None:
    """What SQLite's ALTER can do is done by it alone, both ways, and the rows stay."""
    before = blog.state
    assert rebuilds(blog.migrate(operation)) == 0
    table = next(key for key in blog.state.tables if key != "users")
    assert blog.rows(f"SELECT id FROM {table} ORDER BY id") == [(1,), (2,), (5,)]
    assert len(blog.migrate(operation.reverse(before))) == 1
    assert blog.state == before


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (sa.Column("at", sa.Integer, server_default=sa.text("(1 + 1)"), nullable=False), 2),
        (sa.Column("n", sa.Integer, sa.Computed("id * 2", persisted=True)), 2),
        (sa.Column("kind", sa.Enum("a", "b", name="kind", create_constraint=True), server_default="a"), "a"),
        (sa.Column("ok", sa.Boolean(create_constraint=True, name="ck_ok"), nullable=True), None),
    ],
    ids=["expression default", "stored computed", "enum with check", "boolean with check"],
)
def test_columns_that_alter_cannot_add_come_by_a_rebuild(blog: Bench, column: sa.Column[Any], expected: Any) -> None:
    """Expression defaults, stored computed columns and types with a CHECK are added all the same."""
    name = column.name
    assert rebuilds(blog.migrate(ops.AddColumn("posts", column))) == 1
    assert blog.rows(f"SELECT {name} FROM posts WHERE id = 1") == [(expected,)]


def test_the_check_of_a_type_comes_and_goes_with_its_column(blog: Bench) -> None:
    """An Enum's CHECK refuses wrong values, and is gone once the column is dropped."""
    blog.migrate(ops.AddColumn("posts", sa.Column("kind", sa.Enum("a", "b", name="kind", create_constraint=True))))
    with pytest.raises(sa.exc.IntegrityError):
        blog.sql("UPDATE posts SET kind = 'c'")
    blog.migrate(ops.DropColumn("posts", "kind"))
    assert "CHECK" not in blog.master("posts")


def test_a_type_check_is_named_after_the_table_not_its_stand_in(blog: Bench) -> None:
    """The name of the table that is built beside the old one is nowhere left after the swap."""
    blog.migrate(ops.AddColumn("posts", sa.Column("ok", sa.Boolean(create_constraint=True))))
    assert "ck_posts_ok_type" in blog.master("posts")
    assert blog.rows("SELECT name FROM sqlite_master WHERE sql LIKE '%_minimig%'") == []


def test_a_table_is_renamed_in_keys_triggers_and_views_even_under_legacy_rules(blog: Bench) -> None:
    """A connection that prefers legacy_alter_table gets the full rename, and its setting back."""
    blog.sql("CREATE VIEW emails AS SELECT email FROM users")
    with blog.transaction() as connection:
        connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
        blog.run(connection, (ops.RenameTable("users", "people"), ops.RenameColumn("people", "email", "mail")))
        assert connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar() == 1
    assert blog.rows("SELECT * FROM emails") == [("a@x",), ("b@x",)]
    assert blog.rows("SELECT \"table\" FROM pragma_foreign_key_list('posts')") == [("people",)]


@pytest.mark.parametrize("rowids", [True, False])
@pytest.mark.parametrize("rebuilt", [True, False])
def test_a_column_that_is_unique_twice_is_renamed(bench: Bench, rowids: bool, rebuilt: bool) -> None:
    """SQLite fails to rename an INTEGER key that is also UNIQUE when the two stand in the wrong order."""
    unique = sa.UniqueConstraint("id", name="uq")
    bench.migrate(
        ops.CreateTable(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            *([] if rebuilt else [unique]),
            sqlite_with_rowid=rowids,
        )
    )
    if rebuilt:
        bench.migrate(ops.AddConstraint("t", unique))
        bench.migrate(ops.DropPrimaryKey("t"), ops.AddConstraint("t", sa.PrimaryKeyConstraint("id")))
    bench.migrate(ops.RenameColumn("t", "id", "number"))
    assert bench.rows("SELECT name, pk FROM pragma_table_info('t')") == [("number", 1)]
    assert "UNIQUE" in bench.master("t")


def test_an_index_is_renamed_by_dropping_and_creating_it(blog: Bench) -> None:
    """SQLite has no ALTER INDEX."""
    blog.migrate(ops.CreateIndex("ix_a", "posts", ["title"], unique=True))
    assert len(blog.migrate(ops.RenameIndex("ix_a", "ix_b", "posts"))) == 2
    assert blog.master("ix_a") == ""
    assert blog.master("ix_b").startswith("CREATE UNIQUE INDEX ix_b")


def test_what_sqlite_does_not_keep_costs_no_statement(blog: Bench) -> None:
    """Comments and other databases' options change nothing here."""
    sent = blog.migrate(
        ops.AlterTable("posts", comment="All posts", mysql_engine="InnoDB"),
        ops.AlterColumn("posts", "title", comment="The title"),
    )
    assert sent == []
    assert blog.state["posts"].comment == "All posts"


# --- a rebuild keeps everything ----------------------------------------------------------------------


def test_children_of_a_cascading_key_survive(blog: Bench) -> None:
    """Rebuilding the parent of ON DELETE CASCADE deletes no child, and the key still points to it."""
    assert rebuilds(blog.migrate(ops.RebuildTable("users"))) == 1
    assert blog.rows("SELECT id, user_id FROM posts") == [(1, 1), (2, 2), (5, None)]
    with blog.transaction(enforced=True) as connection:
        connection.exec_driver_sql("DELETE FROM users WHERE id = 1")
    assert blog.rows("SELECT id FROM posts") == [(2,), (5,)]


def test_a_parent_is_not_rebuilt_while_keys_are_enforced(blog: Bench) -> None:
    """With enforcement on, a rebuild would delete children: it refuses, names them, and touches nothing."""
    before = blog.master("users")
    with pytest.raises(UnsupportedError, match=r"posts points to it[\s\S]*foreign_keys=OFF"):
        blog.migrate(ops.RebuildTable("users"), enforced=True)
    assert blog.master("users") == before
    assert len(blog.rows("SELECT * FROM posts")) == 3


def test_a_table_nobody_points_to_is_rebuilt_with_enforcement(blog: Bench) -> None:
    """Enforcement alone is no obstacle."""
    assert rebuilds(blog.migrate(ops.RebuildTable("posts"), enforced=True)) == 1
    assert len(blog.rows("SELECT * FROM posts")) == 3


def test_a_table_that_points_to_itself(bench: Bench) -> None:
    """The key of a tree points to the final name, every row stays, and enforcement on is refused."""
    bench.migrate(
        ops.CreateTable(
            "nodes",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("parent", sa.Integer),
            sa.ForeignKeyConstraint(["parent"], ["nodes.id"], name="fk_parent", ondelete="CASCADE"),
        )
    )
    bench.sql("INSERT INTO nodes VALUES (1, NULL), (2, 1), (3, 2)")
    change = ops.AlterColumn("nodes", "parent", type=sa.BigInteger())
    bench.migrate(change)
    assert bench.rows("SELECT * FROM nodes") == [(1, None), (2, 1), (3, 2)]
    assert bench.rows("SELECT \"table\" FROM pragma_foreign_key_list('nodes')") == [("nodes",)]
    with pytest.raises(UnsupportedError, match="nodes points to it"):
        bench.migrate(ops.AlterColumn("nodes", "parent", type=sa.Text()), enforced=True)


def test_triggers_stay_and_do_not_fire(blog: Bench) -> None:
    """A trigger unknown to the migrations is there after the rebuild, works, and saw nothing of it."""
    blog.sql(
        "CREATE TABLE log (what)",
        "CREATE TRIGGER tr_in AFTER INSERT ON posts BEGIN INSERT INTO log VALUES ('in ' || NEW.title); END",
        "CREATE TRIGGER tr_up AFTER UPDATE OF title ON posts BEGIN INSERT INTO log VALUES ('up'); END",
        "CREATE TRIGGER tr_del AFTER DELETE ON posts BEGIN INSERT INTO log VALUES ('del'); END",
        "CREATE TRIGGER tr_far AFTER DELETE ON users BEGIN UPDATE posts SET title = 'gone'; END",
    )
    blog.migrate(
        ops.AddColumn("posts", sa.Column("slug", sa.String, nullable=False), fill="'s' || id"),
        ops.AlterColumn("posts", "title", nullable=False, fill="'none'"),
    )
    assert blog.rows("SELECT * FROM log") == []
    blog.sql("INSERT INTO posts (title, slug) VALUES ('x', 'y')", "DELETE FROM users WHERE id = 2")
    assert blog.rows("SELECT what FROM log ORDER BY rowid LIMIT 2") == [("in x",), ("up",)]


@pytest.mark.parametrize(
    ("trigger", "named"),
    [
        ("AFTER INSERT ON posts BEGIN INSERT INTO log VALUES (NEW.title); END", "a trigger on posts"),
        ("AFTER UPDATE OF title ON posts BEGIN INSERT INTO log VALUES ('x'); END", "trigger tr"),
        ("AFTER DELETE ON users BEGIN UPDATE posts SET title = NULL; END", "a trigger on users"),
    ],
)
def test_a_trigger_that_would_break_stops_the_rebuild(blog: Bench, trigger: str, named: str) -> None:
    """A trigger that names a dropped column is reported with the way out, and nothing has changed."""
    blog.sql("CREATE TABLE log (what)", f"CREATE TRIGGER tr {trigger}")
    with pytest.raises(UnsupportedError, match=rf"{named}[\s\S]*ops\.RunSQL"):
        blog.migrate(ops.AlterColumn("posts", "price", nullable=False, fill="0"), ops.DropColumn("posts", "title"))
    assert blog.rows("SELECT title FROM posts WHERE id = 1") == [("One",)]
    assert blog.master("tr")


def test_views_stay(blog: Bench) -> None:
    """A view on the table, and one on that view, neither block the rebuild nor change."""
    blog.sql("CREATE VIEW v AS SELECT title FROM posts", "CREATE VIEW w AS SELECT upper(title) AS t FROM v")
    before = blog.master("v")
    blog.migrate(ops.AlterColumn("posts", "title", nullable=False, fill="'none'"))
    assert blog.master("v") == before
    assert blog.rows("SELECT t FROM w") == [("ONE",), ("NONE",), ("FIVE",)]


def test_a_view_that_would_break_stops_the_rebuild_unless_it_was_broken(blog: Bench) -> None:
    """Only a view that worked before counts."""
    blog.sql("CREATE VIEW broken AS SELECT nowhere FROM posts", "CREATE VIEW v AS SELECT title FROM posts")
    change = (ops.AlterColumn("posts", "price", type=sa.Integer()), ops.DropColumn("posts", "title"))
    with pytest.raises(UnsupportedError, match="view v"):
        blog.migrate(*change)
    blog.sql("DROP VIEW v")
    blog.migrate(*change)
    assert blog.rows("SELECT name FROM pragma_table_info('posts')") == [("id",), ("price",), ("user_id",)]


def test_indexes_known_and_unknown_are_there_again(blog: Bench) -> None:
    """Partial, descending, expression and collated indexes outlive a rebuild, whoever made them."""
    blog.migrate(
        ops.CreateIndex("ix_part", "posts", ["title"], unique=True, sqlite_where=sa.text("price > 1")),
        ops.CreateIndex("ix_expr", "posts", [sa.text("lower(title)"), sa.text("price DESC")]),
    )
    blog.sql(
        "CREATE INDEX hand_desc ON posts (title COLLATE NOCASE DESC, price)",
        "CREATE INDEX hand_expr ON posts (coalesce(title, '')) WHERE price IS NOT NULL",
    )
    names = ("ix_part", "ix_expr", "hand_desc", "hand_expr")
    before = [blog.master(name) for name in names]
    assert "WHERE price > 1" in before[0]
    blog.migrate(ops.AlterColumn("posts", "user_id", type=sa.BigInteger()))
    assert [blog.master(name) for name in names] == before


def test_an_unknown_index_on_a_dropped_column_stops_the_rebuild(blog: Bench) -> None:
    """SQLite itself would make an index on the text 'title' of it when the name is quoted."""
    blog.sql('CREATE INDEX hand ON posts ("title")')
    with pytest.raises(UnsupportedError, match="index hand"):
        blog.migrate(ops.AlterColumn("posts", "price", type=sa.Integer()), ops.DropColumn("posts", "title"))


def test_collations_stay(bench: Bench) -> None:
    """COLLATE NOCASE is part of the type, so the new table has it too."""
    bench.migrate(ops.CreateTable("t", sa.Column("a", sa.String(9, collation="NOCASE")), sa.Column("b", sa.Integer)))
    bench.sql("INSERT INTO t VALUES ('Abc', 1)")
    bench.migrate(ops.AlterColumn("t", "b", nullable=False))
    assert bench.rows("SELECT b FROM t WHERE a = 'aBC'") == [(1,)]


@pytest.mark.parametrize("known", [True, False], ids=["known to the state", "only in the database"])
def test_autoincrement_never_gives_an_id_twice(bench: Bench, known: bool) -> None:
    """The high-water mark outlives the rebuild, although the highest rows were deleted before."""
    columns = (sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))
    create = ops.CreateTable("t", *columns, **({"sqlite_autoincrement": True} if known else {}))
    if known:
        bench.migrate(create)
    else:
        bench.state = create.state_forwards(bench.state)
        bench.sql("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER)")
    bench.sql("INSERT INTO t VALUES (1, 1), (70, 2)", "DELETE FROM t WHERE id = 70")
    bench.migrate(ops.AlterColumn("t", "a", type=sa.Text()))
    bench.sql("INSERT INTO t (a) VALUES ('new')")
    assert bench.rows("SELECT * FROM t") == [(1, "1"), (71, "new")]
    assert bench.rows("SELECT * FROM sqlite_sequence") == [("t", 71)]


def test_autoincrement_mark_of_an_emptied_table(bench: Bench) -> None:
    """Even with no row left to copy the mark stays."""
    bench.migrate(
        ops.CreateTable(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer), sqlite_autoincrement=True
        )
    )
    bench.sql("INSERT INTO t VALUES (9, 1)", "DELETE FROM t")
    bench.migrate(ops.AddConstraint("t", sa.CheckConstraint("a > 0", name="ck")))
    bench.sql("INSERT INTO t (a) VALUES (1)")
    assert bench.rows("SELECT id FROM t") == [(10,)]


def test_autoincrement_is_dropped_when_the_migration_says_so(bench: Bench) -> None:
    """An option that the state did mention is not kept against its will."""
    bench.migrate(
        ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True),
        ops.AlterTable("t", sqlite_autoincrement=None),
    )
    assert "AUTOINCREMENT" not in bench.master("t")


@pytest.mark.parametrize(
    ("ending", "word"), [("STRICT", "STRICT"), ("WITHOUT ROWID", "WITHOUT ROWID"), ("STRICT, WITHOUT ROWID", "STRICT")]
)
def test_table_options_unknown_to_the_state_stay(bench: Bench, ending: str, word: str) -> None:
    """STRICT and WITHOUT ROWID are read from the database when the migrations never spoke of them."""
    create = ops.CreateTable("t", sa.Column("k", sa.Text, primary_key=True), sa.Column("a", sa.Integer))
    bench.state = create.state_forwards(bench.state)
    bench.sql(f"CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, a INTEGER) {ending}", "INSERT INTO t VALUES ('x', 1)")
    bench.migrate(ops.AlterColumn("t", "a", nullable=False))
    assert word in bench.master("t").rpartition(")")[2]
    assert bench.rows("SELECT * FROM t") == [("x", 1)]


def test_table_options_of_the_state_stay(bench: Bench) -> None:
    """STRICT and WITHOUT ROWID as SQLAlchemy spells them."""
    bench.migrate(
        ops.CreateTable(
            "t",
            sa.Column("k", sa.Text, primary_key=True),
            sa.Column("a", sqlite.INTEGER),
            sqlite_strict=True,
            sqlite_with_rowid=False,
        ),
        ops.AlterColumn("t", "a", nullable=False),
    )
    assert bench.rows("SELECT wr, strict FROM pragma_table_list('t')") == [(1, 1)]


def test_rowids_stay_without_an_integer_key(bench: Bench) -> None:
    """A full-text index or a log may point to rowids, so gaps are not closed."""
    bench.migrate(ops.CreateTable("t", sa.Column("a", sa.String), sa.Column("rowid", sa.Integer)))
    bench.sql("INSERT INTO t (_rowid_, a) VALUES (3, 'x'), (8, 'y')")
    bench.migrate(ops.AlterColumn("t", "a", nullable=False))
    assert bench.rows("SELECT _rowid_, a, rowid FROM t") == [(3, "x", None), (8, "y", None)]


def test_generated_columns_are_computed_again(bench: Bench) -> None:
    """They are not copied, which SQLite refuses, and still hold the right values."""
    bench.migrate(
        ops.CreateTable(
            "t",
            sa.Column("a", sa.Integer),
            sa.Column("stored", sa.Integer, sa.Computed("a * 2", persisted=True)),
            sa.Column("virtual", sa.Integer, sa.Computed("a * 3")),
        )
    )
    bench.sql("INSERT INTO t (a) VALUES (5)")
    bench.migrate(
        ops.AlterColumn("t", "a", nullable=False),
        ops.AddColumn("t", sa.Column("copy", sa.Integer, nullable=False), fill="virtual + 1"),
    )
    assert bench.rows("SELECT a, stored, virtual, copy FROM t") == [(5, 10, 15, 16)]


def test_a_column_unknown_to_the_migrations_is_not_lost(blog: Bench) -> None:
    """It is in the new table as it was, values and place included."""
    blog.sql("ALTER TABLE posts ADD COLUMN secret TEXT NOT NULL DEFAULT 'x'", "UPDATE posts SET secret = 'y' || id")
    blog.migrate(ops.AddColumn("posts", sa.Column("a", sa.Integer), fill="1"), ops.DropColumn("posts", "title"))
    assert blog.rows("SELECT * FROM posts WHERE id = 5") == [(5, None, None, "y5", 1)]
    assert "secret TEXT NOT NULL DEFAULT 'x'" in blog.master("posts")
    with pytest.raises(DatabaseError, match="has a column Secret already"):
        blog.migrate(ops.AddColumn("posts", sa.Column("Secret", sa.Integer), fill="1"))


def test_a_table_or_column_the_database_lacks_is_named(blog: Bench) -> None:
    """SQLite would read a missing quoted column as a string."""
    blog.sql("ALTER TABLE posts DROP COLUMN title", "DROP TABLE users")
    with pytest.raises(DatabaseError, match="posts of the database has no column title"):
        blog.migrate(ops.AlterColumn("posts", "price", type=sa.Text()))
    with pytest.raises(DatabaseError, match="no table users"):
        blog.migrate(ops.AlterColumn("users", "email", type=sa.Text()))


def test_a_rebuild_works_in_an_attached_database(bench: Bench, tmp_path: Any) -> None:
    """A schema is an attached file on SQLite; triggers and indexes return to that file."""
    path = str(tmp_path / "other.db")

    @sa.event.listens_for(bench.engine, "connect")
    def attach(connection: Any, _: Any) -> None:
        connection.execute("ATTACH DATABASE ? AS other", (path,))

    bench.migrate(
        ops.CreateTable(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.Integer),
            sa.Index("ix_a", "a"),
            schema="other",
            sqlite_autoincrement=True,
        )
    )
    bench.sql(
        "INSERT INTO other.t VALUES (4, 1)",
        "CREATE INDEX other.hand ON t (a DESC)",
        "CREATE TRIGGER other.tr AFTER INSERT ON t BEGIN UPDATE t SET a = 7; END",
    )
    bench.migrate(ops.AlterColumn("t", "a", type=sa.Text(), schema="other"))
    bench.sql("INSERT INTO other.t (a) VALUES ('x')")
    assert bench.rows("SELECT * FROM other.t") == [(4, "7"), (5, "7")]
    assert {name for (name,) in bench.rows("SELECT name FROM other.sqlite_master")} >= {"t", "ix_a", "hand", "tr"}


# --- one rebuild for many operations ----------------------------------------------------------------------


def test_many_operations_are_one_rebuild(blog: Bench) -> None:
    """Create, copy, drop, rename, and one CREATE INDEX: five statements for eight operations, and one native rename."""
    sent = blog.migrate(
        ops.AlterColumn("posts", "title", nullable=False, fill="'untitled'"),
        ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False), fill="'post-' || id"),
        ops.RenameColumn("posts", "title", "headline"),
        ops.RenameColumn("posts", "slug", "path"),
        ops.DropColumn("posts", "price"),
        ops.AddConstraint("posts", sa.CheckConstraint("length(headline) > 2", name="ck_headline")),
        ops.AddConstraint("posts", sa.UniqueConstraint("path", name="uq_path")),
        ops.CreateIndex("ix_headline", "posts", ["headline"]),
        ops.RenameConstraint("fk_user", "fk_author", "posts"),
    )
    assert rebuilds(sent) == 1
    assert len(sent) == 6, sent
    assert blog.rows("SELECT id, headline, path, user_id FROM posts") == [
        (1, "One", "post-1", 1),
        (2, "untitled", "post-2", 2),
        (5, "Five", "post-5", None),
    ]
    assert "CONSTRAINT fk_author" in blog.master("posts")
    with pytest.raises(sa.exc.IntegrityError, match="ck_headline"):
        blog.sql("UPDATE posts SET headline = 'x'")


def test_a_rename_while_a_rebuild_waits_reaches_other_tables(blog: Bench) -> None:
    """Keys, views, triggers and unknown indexes elsewhere follow a column renamed in the middle of a batch."""
    blog.sql(
        "CREATE VIEW v AS SELECT id, email FROM users",
        "CREATE INDEX hand ON users (email)",
        "CREATE TRIGGER tr AFTER INSERT ON users BEGIN UPDATE posts SET title = NEW.email; END",
    )
    sent = blog.migrate(
        ops.AlterColumn("users", "email", type=sa.Integer()),
        ops.RenameColumn("users", "email", "mail"),
        ops.RenameColumn("users", "id", "number"),
        ops.AlterColumn("users", "mail", nullable=True),
    )
    assert rebuilds(sent) == 1
    assert blog.rows("SELECT * FROM v") == [(1, "a@x"), (2, "b@x")]
    assert "mail" in blog.master("hand")
    assert blog.rows("SELECT \"to\" FROM pragma_foreign_key_list('posts')") == [("number",)]
    blog.sql("INSERT INTO users (mail) VALUES ('c@x')")
    assert blog.rows("SELECT DISTINCT title FROM posts") == [("c@x",)]


def test_a_column_takes_the_name_of_one_just_dropped(blog: Bench) -> None:
    """Dropping `title` and renaming `price` to it while a rebuild waits keeps the values of `price`."""
    blog.migrate(
        ops.AlterColumn("posts", "user_id", type=sa.BigInteger()),
        ops.DropColumn("posts", "title"),
        ops.RenameColumn("posts", "price", "title"),
        ops.AlterColumn("posts", "title", type=sa.Text()),
    )
    assert blog.rows("SELECT title FROM posts") == [("1.5",), ("2.0",), (None,)]


def test_a_column_dropped_and_added_again_holds_the_new_value(blog: Bench) -> None:
    """Same name, other column: the old values do not come back."""
    sent = blog.migrate(
        ops.AlterColumn("posts", "price", type=sa.Integer()),
        ops.DropColumn("posts", "title"),
        ops.AddColumn("posts", sa.Column("title", sa.String(80), server_default="new")),
    )
    assert rebuilds(sent) == 1
    assert blog.rows("SELECT DISTINCT title FROM posts") == [("new",)]


def test_a_fill_reads_what_an_operation_before_it_wrote(blog: Bench) -> None:
    """A fill from a column that is itself being changed waits for that change."""
    blog.migrate(
        ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False), fill="'p' || id"),
        ops.AddColumn("posts", sa.Column("url", sa.String(80), nullable=False), fill="'/' || slug"),
    )
    assert blog.rows("SELECT url FROM posts") == [("/p1",), ("/p2",), ("/p5",)]


def test_a_type_on_the_way_has_its_say(blog: Bench) -> None:
    """Integer to Float to String gives what the operations give one by one, and so does a fill read in between."""
    blog.migrate(
        ops.AlterColumn("posts", "user_id", type=sa.Float()),
        ops.AddColumn("posts", sa.Column("copy", sa.String), fill="'u' || user_id"),
        ops.AlterColumn("posts", "user_id", type=sa.String()),
    )
    assert blog.rows("SELECT user_id, copy FROM posts") == [("1.0", "u1.0"), ("2.0", "u2.0"), (None, None)]


def test_a_computed_column_is_read_as_it_became(blog: Bench) -> None:
    """A fill from a computed column waits for changes of what that column is computed from."""
    blog.migrate(
        ops.AddColumn("posts", sa.Column("loud", sa.String, sa.Computed("upper(title)", persisted=True))),
        ops.AlterColumn("posts", "title", nullable=False, fill="'none'"),
        ops.AddColumn("posts", sa.Column("copy", sa.String, nullable=False), fill="loud"),
    )
    assert blog.rows("SELECT copy FROM posts") == [("ONE",), ("NONE",), ("FIVE",)]


def test_a_fill_from_another_table_sees_that_table_changed(blog: Bench) -> None:
    """A rebuild waiting on a table is carried out before a subquery reads it, and before it is dropped."""
    blog.migrate(
        ops.AlterColumn("users", "email", type=sa.Text(), using="upper(email)"),
        ops.AddColumn(
            "posts",
            sa.Column("mail", sa.String),
            fill="(SELECT email FROM users WHERE users.id = posts.user_id)",
        ),
        ops.DropConstraint("fk_user", "posts"),
        ops.DropTable("users"),
    )
    assert blog.rows("SELECT mail FROM posts") == [("A@X",), ("B@X",), (None,)]


def test_an_index_name_moves_to_another_table_while_a_rebuild_waits(blog: Bench) -> None:
    """Index names are shared by all tables, so a dropped one is free at once."""
    blog.migrate(ops.CreateIndex("ix", "posts", ["title"]))
    blog.migrate(
        ops.AlterColumn("posts", "title", type=sa.Text()),
        ops.DropIndex("ix", "posts"),
        ops.CreateIndex("ix", "users", ["email"]),
        ops.CreateIndex("ix2", "posts", ["title"]),
        ops.RenameIndex("ix2", "ix3", "posts"),
    )
    assert blog.rows("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' ORDER BY 1") == [
        ("ix", "users"),
        ("ix3", "posts"),
    ]


def test_dropping_a_table_forgets_its_rebuild(blog: Bench) -> None:
    """Nobody copies rows that are about to go."""
    sent = blog.migrate(ops.AlterColumn("posts", "title", type=sa.Text()), ops.DropTable("posts"))
    assert sent == ["DROP TABLE posts"]


def test_hand_written_sql_and_python_see_the_table_rebuilt(blog: Bench) -> None:
    """What waits is carried out before a person's statement or function."""
    seen: list[str] = []

    def look(connection: sa.Connection, tables: Any) -> None:
        seen.append(connection.execute(sa.select(tables.posts.c.slug).limit(1)).scalar_one())

    sent = blog.migrate(
        ops.AddColumn("posts", sa.Column("slug", sa.String, nullable=False), fill="'s'"),
        ops.RunPython(look),
        ops.AlterColumn("posts", "slug", type=sa.Integer()),
        ops.RunSQL("UPDATE posts SET slug = 't'"),
        ops.RenameTable("posts", "articles"),
    )
    assert seen == ["s"]
    assert rebuilds(sent) == 2
    assert blog.rows("SELECT DISTINCT slug FROM articles") == [("t",)]


# --- values and constraints ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        (sa.String, sa.Integer, "'12'", 12),
        (sa.String, sa.Integer, "'abc'", "abc"),
        (sa.String, sa.Date, "'2024-01-31'", "2024-01-31"),
        (sa.Float, sa.Integer, "1.5", 1),
        (sa.Integer, sa.String, "12", "12"),
        (sa.String, sa.LargeBinary, "'ab'", b"ab"),
        (sa.LargeBinary, sa.Text, "x'6162'", "ab"),
        (sa.Text, sa.JSON, "'{\"a\": 1}'", '{"a": 1}'),
        (sa.Boolean, sa.Integer, "1", 1),
    ],
)
def test_a_change_of_type_converts_and_never_destroys(
    bench: Bench, old: type[Any], new: type[Any], value: str, expected: Any
) -> None:
    """Values take the new type's storage where they can, and stay as they are where they cannot."""
    bench.migrate(ops.CreateTable("t", sa.Column("a", old)))
    bench.sql(f"INSERT INTO t VALUES ({value})")
    bench.migrate(ops.AlterColumn("t", "a", type=new))
    found = bench.rows("SELECT a FROM t")[0][0]
    assert (found, type(found)) == (expected, type(expected))


def test_using_converts_the_old_values(blog: Bench) -> None:
    """The expression is taken as it stands; a fill covers what it leaves NULL."""
    blog.migrate(
        ops.AlterColumn(
            "posts", "price", type=sa.Integer(), nullable=False, using="CAST(price * 100 AS INTEGER)", fill="0"
        )
    )
    assert blog.rows("SELECT price FROM posts") == [(150,), (200,), (0,)]


def test_a_default_or_nullability_changes_both_ways(blog: Bench) -> None:
    """Going back restores the table word for word, rows included."""
    before, master = blog.state, blog.master("posts")
    change = ops.AlterColumn("posts", "title", server_default="none")
    blog.migrate(change)
    blog.sql("INSERT INTO posts (id) VALUES (9)")
    assert blog.rows("SELECT title FROM posts WHERE id IN (2, 9) ORDER BY id") == [(None,), ("none",)]
    blog.migrate(change.reverse(before))
    assert blog.master("posts").split() == master.split()


def test_a_check_is_added_and_dropped(blog: Bench) -> None:
    """Rows that break a new CHECK stop the migration; without it they are welcome again."""
    check = ops.AddConstraint("posts", sa.CheckConstraint("price > 1.6", name="ck_price"))
    with pytest.raises(sa.exc.IntegrityError, match="ck_price"):
        blog.migrate(check)
    before = blog.state
    blog.sql("UPDATE posts SET price = 2 WHERE id = 1")
    blog.migrate(check)
    with pytest.raises(sa.exc.IntegrityError):
        blog.sql("INSERT INTO posts (price) VALUES (1)")
    blog.migrate(check.reverse(before))
    blog.sql("INSERT INTO posts (price) VALUES (1)")


def test_a_new_unique_constraint_loses_no_row(bench: Bench) -> None:
    """ON CONFLICT IGNORE of the new constraint does not apply to the copy: duplicates are an error, not a loss."""
    bench.migrate(ops.CreateTable("t", sa.Column("a", sa.Integer)))
    bench.sql("INSERT INTO t VALUES (1), (1)")
    constraint = sa.UniqueConstraint("a", name="uq", sqlite_on_conflict="IGNORE")
    with pytest.raises(sa.exc.IntegrityError):
        bench.migrate(ops.AddConstraint("t", constraint))
    assert bench.rows("SELECT a FROM t") == [(1,), (1,)]


def test_the_primary_key_changes(blog: Bench) -> None:
    """Drop the key, add one over two columns, in one rebuild; and back to the integer key."""
    before = blog.state
    down = ops.DropPrimaryKey("posts").reverse(before)
    sent = blog.migrate(
        ops.DropPrimaryKey("posts"),
        ops.AlterColumn("posts", "title", nullable=False, fill="''"),
        ops.AddConstraint("posts", sa.PrimaryKeyConstraint("title", "id", name="pk_posts")),
    )
    assert rebuilds(sent) == 1
    assert blog.rows("SELECT name, pk FROM pragma_table_info('posts') WHERE pk ORDER BY pk") == [
        ("title", 1),
        ("id", 2),
    ]
    blog.migrate(ops.DropPrimaryKey("posts"), down)
    blog.sql("INSERT INTO posts (title) VALUES ('next')")
    assert blog.rows("SELECT max(id) FROM posts") == [(6,)]


def test_names_that_need_quotes(bench: Bench) -> None:
    """Reserved words, spaces, quotes and percent signs go through a rebuild with a rename."""
    bench.migrate(ops.CreateTable("or der", sa.Column("group", sa.Integer), sa.Column('so"me %x', sa.String)))
    bench.sql("INSERT INTO \"or der\" VALUES (1, '100%')")
    bench.migrate(
        ops.AlterColumn("or der", "group", nullable=False, server_default=sa.text("'5%'")),
        ops.RenameColumn("or der", "group", "select"),
        ops.AddConstraint("or der", sa.CheckConstraint("\"select\" <> '%\\:x'", name="my check")),
    )
    assert bench.rows('SELECT "select", "so""me %x" FROM "or der"') == [(1, "100%")]


# --- failure ----------------------------------------------------------------------


def test_a_failing_rebuild_in_a_transaction_leaves_nothing(blog: Bench) -> None:
    """NULLs under a new NOT NULL: the error passes, the transaction takes everything back, the pragma is restored."""
    before = blog.rows("SELECT name, sql FROM sqlite_master ORDER BY name")
    with pytest.raises(sa.exc.IntegrityError, match="NOT NULL"):
        blog.migrate(
            ops.AddColumn("posts", sa.Column("slug", sa.String)),
            ops.AlterColumn("posts", "title", nullable=False),
        )
    assert blog.rows("SELECT name, sql FROM sqlite_master ORDER BY name") == before
    assert len(blog.rows("SELECT * FROM posts")) == 3


def test_a_rebuild_outside_a_transaction_is_whole_or_nothing(blog: Bench) -> None:
    """`atomic = False`: a trigger found broken after the swap takes the swap back; legacy_alter_table is as before."""
    blog.sql("CREATE VIEW v AS SELECT title FROM posts")
    before = blog.rows("SELECT name, sql FROM sqlite_master ORDER BY name")
    change = (ops.AlterColumn("posts", "price", type=sa.Integer()), ops.DropColumn("posts", "title"))
    with blog.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        with pytest.raises(UnsupportedError, match="view v"):
            blog.run(connection, change)
        assert connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar() == 0
        assert blog.rows("SELECT name, sql FROM sqlite_master ORDER BY name") == before
        blog.run(connection, change[:1])
    assert blog.rows("SELECT price FROM posts") == [(1,), (2,), (None,)]


def test_a_leftover_of_a_broken_script_is_cleared_away(blog: Bench) -> None:
    """The half-filled table of a script that stopped does not block the next try; a lost original is named."""
    blog.sql("CREATE TABLE _minimig_posts (x)")
    blog.migrate(ops.RebuildTable("posts"))
    assert blog.master("_minimig_posts") == ""
    blog.sql("ALTER TABLE posts RENAME TO _minimig_posts")
    with pytest.raises(DatabaseError, match="rename _minimig_posts to posts"):
        blog.migrate(ops.AlterColumn("posts", "title", type=sa.String(9)))


# --- scripts ----------------------------------------------------------------------


def test_a_script_rebuilds_and_says_what_it_cannot_know(blog: Bench) -> None:
    """Written without a connection, the rebuild warns about unknown triggers, and does its work when it is run."""
    output = Recording(None)
    change = ops.AlterColumn("posts", "title", nullable=False, fill="'none'")
    state = drive(SQLiteEditor(sqlite.dialect(), output), blog.state, (change,))
    assert "-- Table posts is rebuilt" in output.sent[0]
    script = ";\n".join(output.sent)
    assert "PRAGMA legacy_alter_table = ON" in script
    assert "PRAGMA legacy_alter_table = OFF" in script
    with blog.engine.connect() as connection:
        connection.connection.dbapi_connection.executescript(script)  # type: ignore[union-attr]
    assert blog.rows("SELECT title FROM posts") == [("One",), ("none",), ("Five",)]
    assert state["posts"].column("title").nullable is False


# --- foreign keys ----------------------------------------------------------------------


def test_violations_look_the_same_after_a_rebuild_with_another_key(blog: Bench) -> None:
    """An old violation is not taken for a new one because SQLite numbers keys anew; a new one shows."""
    blog.sql("INSERT INTO posts VALUES (7, 'lost', 1, 99)")
    with blog.transaction() as connection:
        before = foreign_key_violations(connection)
        assert [tuple(v)[:4] for v in before] == [("posts", 7, "users", ("user_id",))]
        blog.run(
            connection,
            (
                ops.AddConstraint("posts", sa.ForeignKeyConstraint(["id"], ["users.id"], name="a_first")),
                ops.AlterColumn("posts", "title", type=sa.Text()),
            ),
        )
        new = foreign_key_violations(connection) - before
    assert {tuple(v)[:4] for v in new} == {("posts", 5, "users", ("id",)), ("posts", 7, "users", ("id",))}


def test_a_key_that_cannot_be_checked_is_a_violation_of_its_own(blog: Bench) -> None:
    """A key to columns that are not unique makes SQLite's own check fail altogether."""
    blog.sql("INSERT INTO posts VALUES (7, 'lost', 1, 99)", "CREATE TABLE c (m REFERENCES users (email))")
    blog.sql("INSERT INTO c VALUES ('x')")
    with blog.engine.connect() as connection:
        found = {(v.table, v.rowid, v.columns) for v in foreign_key_violations(connection)}
    assert found == {("posts", 7, ("user_id",)), ("c", None, ())}


def test_autoincrement_is_for_integer_alone(sqlite_database: Database) -> None:
    """A BIGINT that is to count is refused before anything happens, with the variant that would do."""
    metadata = sa.MetaData()
    key = sa.Column("id", sa.BigInteger, primary_key=True)
    sa.Table("t", metadata, key, sqlite_autoincrement=True)
    with sqlite_database.engine.begin() as connection:
        with pytest.raises(UnsupportedError, match="takes AUTOINCREMENT for INTEGER alone"):
            minimig.apply(connection, minimig.diff(SchemaState(), metadata), SchemaState())
        key.type = sa.BigInteger().with_variant(sa.Integer, "sqlite")
        minimig.apply(connection, minimig.diff(SchemaState(), metadata), SchemaState())
        assert minimig.diff(connection, metadata) == []
