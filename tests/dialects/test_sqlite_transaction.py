"""One migration on SQLite: whole or not at all, foreign keys checked where they can have been broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.dialects.sqlite.editor import SQLiteEditor
from minimig.errors import DatabaseError, UnsupportedError
from minimig.operations.base import Operation
from support.databases import Database
from support.sqlite_bench import Bench, rebuilds


@pytest.fixture
def bench(sqlite_database: Database) -> Bench:
    """Users and posts on an engine that enforces foreign keys, and orphans from before."""
    bench = Bench(sqlite_database.engine)
    bench.step(
        ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80))),
        ops.CreateTable(
            "posts",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("title", sa.String(80)),
            sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE")),
        ),
        ops.CreateTable("other", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer, sa.ForeignKey("other2.a"))),
    )
    bench.sql(
        "INSERT INTO users VALUES (1, 'a@x'), (2, 'b@x')",
        "INSERT INTO posts VALUES (1, 'One', 1), (2, NULL, 2), (7, 'lost', 99)",
    )

    @sa.event.listens_for(bench.engine, "connect")
    def enforce(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")

    return bench


@contextmanager
def checks(bench: Bench) -> Iterator[list[str]]:
    """The foreign-key checks that are sent meanwhile, without the word PRAGMA."""
    seen: list[str] = []

    def look(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "foreign_key_check" in statement:
            seen.append(statement.removeprefix("PRAGMA "))

    sa.event.listen(bench.engine, "before_cursor_execute", look)
    yield seen
    sa.event.remove(bench.engine, "before_cursor_execute", look)


def everything(bench: Bench) -> list[tuple[Any, ...]]:
    """The schema, and the rows of two tables."""
    return [
        *bench.rows("SELECT name, sql FROM sqlite_master ORDER BY name"),
        *bench.rows("SELECT * FROM posts"),
        *bench.rows("SELECT * FROM users"),
    ]


WHOLE = ["main.foreign_key_check"] * 2


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([ops.AddColumn("posts", sa.Column("a", sa.Integer))], []),
        ([ops.RenameColumn("posts", "title", "name"), ops.RenameTable("posts", "articles")], []),
        ([ops.CreateIndex("ux", "users", ["email"], unique=True)], []),
        ([ops.AlterColumn("posts", "title", type=sa.Text())], []),
        ([ops.AlterColumn("users", "email", nullable=False, fill="''")], []),
        ([ops.AlterColumn("posts", "user_id", type=sa.BigInteger())], []),
        ([ops.AlterColumn("posts", "user_id", type=sa.Text())], ['"main".foreign_key_check("posts")'] * 2),
        ([ops.RunSQL("SELECT 1")], WHOLE),
    ],
    ids=[
        "add",
        "rename",
        "index",
        "rebuild of a child",
        "rebuild of a parent",
        "no rebuild of a key",
        "rebuild of a key",
        "by hand",
    ],
)
def test_foreign_keys_are_checked_where_they_can_break(
    bench: Bench, operations: list[Operation], expected: list[str]
) -> None:
    """Before and after, and nowhere when every key and every value in a key stays; orphans of before never count."""
    bench.sql("DROP TABLE other")
    with checks(bench) as seen:
        bench.step(*operations)
    assert seen == expected


@pytest.mark.parametrize(
    "operations",
    [
        [ops.AlterColumn("posts", "user_id", type=sa.Text(), using="'x' || user_id")],
        [ops.AlterColumn("users", "id", type=sa.Text(), using="id + 100", follow=False)],
        [ops.AddConstraint("posts", sa.ForeignKeyConstraint(["id"], ["users.id"], name="fk_new"))],
        [ops.RunSQL("DELETE FROM users WHERE id = 2")],
        [ops.AlterColumn("posts", "title", type=sa.Text()), ops.RunSQL("UPDATE posts SET user_id = 55 WHERE id = 1")],
        [ops.RunPython(lambda connection, tables: connection.execute(sa.delete(tables.users)))],
    ],
    ids=["child", "parent", "new key", "sql", "rebuild, then sql", "python"],
)
def test_a_broken_key_stops_the_migration(bench: Bench, operations: list[Operation]) -> None:
    """Whatever breaks a key is found before COMMIT, and the migration leaves nothing."""
    before = everything(bench)
    with pytest.raises(DatabaseError, match="point to rows that do not exist: table posts"):
        bench.step(*operations)
    assert everything(bench) == before


def test_dropping_what_an_unknown_table_points_to(bench: Bench) -> None:
    """The migrations do not know the child, the database does."""
    bench.sql("CREATE TABLE hand (p INTEGER REFERENCES posts)", "INSERT INTO hand VALUES (1)")
    with pytest.raises(DatabaseError, match="table hand, rowid 1, to posts"):
        bench.step(ops.DropTable("posts"))
    assert len(bench.rows("SELECT * FROM posts")) == 3


def test_dropping_the_unique_index_that_a_key_needs(bench: Bench) -> None:
    """A key over columns that are unique no more cannot be checked at all: found, named, taken back."""
    bench.step(ops.CreateIndex("ux", "users", ["email"], unique=True))
    bench.sql("CREATE TABLE hand (m TEXT REFERENCES users (email))")
    with pytest.raises(DatabaseError, match=r"table hand[\s\S]*mismatch"):
        bench.step(ops.DropIndex("ux", "users"))
    assert bench.master("ux")


def test_what_was_broken_before_may_be_renamed(bench: Bench) -> None:
    """An orphan under a new table's and column's name is the same orphan."""
    bench.step(
        ops.RunSQL("SELECT 1"),
        ops.RenameColumn("posts", "user_id", "owner"),
        ops.RenameTable("posts", "articles"),
        ops.RenameTable("users", "people"),
        ops.AlterColumn("articles", "owner", type=sa.BigInteger()),
    )
    assert bench.rows("SELECT owner FROM articles WHERE id = 7") == [(99,)]


def test_keys_of_an_attached_database_are_checked_there(bench: Bench, tmp_path: Any) -> None:
    """A rebuild in another schema looks at that schema's children."""

    @sa.event.listens_for(bench.engine, "connect")
    def attach(connection: Any, _: Any) -> None:
        connection.execute("ATTACH DATABASE ? AS o", (str(tmp_path / "o.db"),))

    bench.step(ops.CreateTable("p", sa.Column("id", sa.Integer, primary_key=True), schema="o"))
    bench.sql("CREATE TABLE o.c (p INTEGER REFERENCES p)", "INSERT INTO o.p VALUES (1)", "INSERT INTO o.c VALUES (1)")
    with pytest.raises(DatabaseError, match="table c, rowid 1, to p"):
        bench.step(ops.AlterColumn("p", "id", type=sa.BigInteger(), using="id + 1", schema="o"))
    assert bench.rows("SELECT * FROM o.p") == [(1,)]


def test_enforcement_is_on_again_after_success_and_failure(bench: Bench) -> None:
    """Children of ON DELETE CASCADE survive both, and the connection enforces keys as before."""
    with bench.engine.connect() as connection:
        with SQLiteEditor.transaction(connection):
            bench.run(connection, [ops.RebuildTable("users")])
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        connection.rollback()
        with pytest.raises(sa.exc.DBAPIError), SQLiteEditor.transaction(connection):
            bench.run(connection, [ops.RebuildTable("users"), ops.RunSQL("nonsense")])
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert len(bench.rows("SELECT * FROM posts")) == 3


def test_a_step_that_leaves_a_cursor_open_leaves_nothing_when_it_fails(bench: Bench) -> None:
    """A half-read result does not keep the rollback from taking everything back, rebuilds included."""
    before, kept = everything(bench), []

    def half_read(connection: sa.Connection, tables: Any) -> None:
        result = connection.execute(sa.select(tables.posts))
        kept.append((result, result.fetchone()))

    def fail(connection: sa.Connection, tables: Any) -> None:
        raise ValueError("enough")

    steps = [
        ops.RebuildTable("users"),
        ops.AddColumn("posts", sa.Column("a", sa.Integer)),
        ops.RunPython(half_read),
        ops.RunSQL("UPDATE posts SET a = 1"),
        ops.RunPython(fail),
    ]
    with pytest.raises(ValueError, match="enough"):
        bench.step(*steps)
    assert everything(bench) == before


def test_a_rebuild_under_an_open_cursor(bench: Bench) -> None:
    """SQLite will not drop a table that is being read; the migration is taken back as a whole."""
    before, kept = everything(bench), []

    def half_read(connection: sa.Connection, tables: Any) -> None:
        result = connection.execute(sa.select(tables.posts))
        kept.append((result, result.fetchone()))

    with pytest.raises(DatabaseError, match=r"posts is still being read[\s\S]*\.all\(\)"):
        bench.step(ops.RunPython(half_read), ops.RebuildTable("posts"))
    kept.clear()
    assert everything(bench) == before


def test_no_rebuild_where_none_is_wanted(bench: Bench) -> None:
    """`minimig_rebuild="never"` refuses before the first statement, and lets ALTER do what it can."""
    engine = bench.engine
    bench.engine = engine.execution_options(minimig_rebuild="never")
    before = everything(bench)
    for change in (ops.AlterColumn("posts", "title", type=sa.Integer()), ops.RebuildTable("posts")):
        with pytest.raises(UnsupportedError, match=r'building table posts anew[\s\S]*"never" forbids it'):
            bench.step(change)
    assert everything(bench) == before
    bench.step(ops.AlterColumn("posts", "title", type=sa.Text()))
    bench.step(ops.AddColumn("posts", sa.Column("a", sa.Integer)), ops.DropColumn("posts", "title"))
    bench.engine = engine.execution_options(minimig_rebuild="always")
    with pytest.raises(UnsupportedError, match=r"'always'[\s\S]*RebuildTable"):
        bench.step(ops.AlterColumn("posts", "a", type=sa.Text()))
    bench.engine = engine
    assert rebuilds(bench.step(ops.RebuildTable("posts"))) == 1


def test_leftovers_of_a_killed_script_do_not_block(bench: Bench) -> None:
    """The half-built tables of scripts that stopped are cleared away, each by the rebuild that would make it anew."""
    bench.sql("CREATE TABLE _minimig_posts (x)", "CREATE TABLE _minimig_users (x)")
    bench.step(ops.RebuildTable("posts"), ops.RebuildTable("users"))
    assert bench.rows("SELECT name FROM sqlite_master WHERE name LIKE '%minimig%'") == []
