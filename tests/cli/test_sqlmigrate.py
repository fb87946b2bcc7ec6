"""`minimig sqlmigrate`: a script that a database's own client runs, and that does what migrate does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.clients import execute
from support.databases import Database
from support.facts import facts
from support.histories import WORDS, add, revision, two_apps
from support.projects import ProjectFolder

CONFIG = 'label = "shop"\nmetadata = "shop.models:metadata"\nmigrations = "shop/migrations"\n'

STORY = [
    (
        "0001_tables",
        """
        up = [
            ops.CreateTable(
                "users",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("nick", sa.String(40), nullable=False, server_default="it's 100% \\\\ ; fine"),
                sa.Column("born", sa.Date),
                sa.UniqueConstraint("nick", name="uq_users_nick"),
                comment="People; who come -- and go",
            ),
            ops.CreateTable(
                "posts",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("user_id", sa.Integer, nullable=False),
                sa.Column("price", sa.Numeric(8, 2), server_default="0.50"),
                sa.ForeignKeyConstraint(
                    ["user_id"], ["users.id"], name="fk_posts_user_id", ondelete="CASCADE"
                ),
                sa.CheckConstraint("price >= 0", name="ck_posts_price"),
            ),
            ops.CreateIndex("ix_posts_price", "posts", ["price"]),
        ]
        """,
    ),
    (
        "0002_rows",
        """
        def step(connection, tables): pass

        USERS = sa.table("users", sa.column("id", sa.Integer), sa.column("nick", sa.String))
        POSTS = sa.table("posts", sa.column("id"), sa.column("user_id"), sa.column("price", sa.Numeric(8, 2)))
        OWNER = sa.select(sa.func.max(USERS.c.id)).where(USERS.c.id == POSTS.c.user_id).scalar_subquery()
        up = [
            ops.RunSQL(
                "INSERT INTO users (id, nick) VALUES (1, '100% a:b; it''s') -- with a comment; at the end\\n",
                reverse="DELETE FROM users /* all; of them */",
            ),
            ops.RunSQL(
                "INSERT INTO users (id, nick) VALUES (2, :nick); INSERT INTO posts (id, user_id) VALUES (1, :user)",
                parameters={"nick": "50% it's \\\\ :x", "user": 2},
                reverse="DELETE FROM posts; DELETE FROM users WHERE nick = :nick",
            ),
            ops.RunSQL(sa.insert(USERS).values(id=3, nick="%s 100%% it's"), reverse=ops.NOOP),
            ops.RunSQL(sa.insert(USERS), parameters={"id": 4, "nick": "four"}, reverse=ops.NOOP),
            ops.RunSQL(
                [
                    sa.text("UPDATE posts SET price = :price WHERE id = 1"),
                    sa.update(POSTS).values(price=OWNER),
                ],
                parameters={"price": 7},
                reverse=ops.NOOP,
            ),
        ]
        """,
    ),
    (
        "0003_changes",
        """
        up = [
            ops.RenameTable("users", "people"),
            ops.RenameColumn("people", "nick", "handle"),
            ops.AlterColumn("people", "handle", type=sa.String(80), server_default=None),
            ops.AddColumn("posts", sa.Column("slug", sa.String(20), nullable=False), fill="'none'"),
            ops.DropIndex("ix_posts_price", "posts"),
        ]
        """,
    ),
]


def project_of(path: Path, url: str, history: list[tuple[str, str]]) -> ProjectFolder:
    """A project with these revisions, one after the other."""
    project = ProjectFolder(path, url)
    project.write("minimig.toml", CONFIG)
    for number, (name, body) in enumerate(history):
        parents = [f"shop.{history[number - 1][0]}"] if number else []
        project.write(f"shop/migrations/{name}.py", revision(parents, body))
    return project


def seen(database: Database) -> tuple[object, ...]:
    """The schema without the version table, and the rows."""
    with database.engine.connect() as connection:
        tables = {name: table for name, table in facts(connection).items() if name != "minimig_version"}
        rows = {
            name: sorted(connection.execute(sa.text(f"SELECT * FROM {name}")).all(), key=str) for name in sorted(tables)
        }
    return tables, rows


def test_the_script_does_what_migrate_does(tmp_path: Path, database: Database) -> None:
    """Run by the client, each revision's script leads to the same schema and rows as migrate, and back again."""
    project = project_of(tmp_path, database.url, STORY)
    names = [name for name, _ in STORY]
    scripts = {(name, way): project.ok("sqlmigrate", "shop", name, *way).out for name in names
               for way in ((), ("--backwards",))}  # fmt: skip
    expected = [seen(database)]
    for name in names:
        project.ok("migrate", "shop", name)
        expected.append(seen(database))
    project.ok("migrate", "shop", "zero")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE minimig_version")
    for number, name in enumerate(names, start=1):
        execute(database, scripts[name, ()])
        assert seen(database) == expected[number], scripts[name, ()]
    for number, name in reversed(list(enumerate(names))):
        execute(database, scripts[name, ("--backwards",)])
        assert seen(database) == expected[number], scripts[name, ("--backwards",)]


@pytest.mark.parametrize(
    ("url", "framed"),
    [
        ("sqlite://", True),
        ("postgresql://nobody@nowhere.invalid/db", True),
        ("mysql://nobody@nowhere.invalid/db", False),
    ],
)
def test_a_transaction_stands_where_it_holds(tmp_path: Path, url: str, *, framed: bool) -> None:
    """BEGIN and COMMIT frame the script where DDL can be rolled back, unless the file says `atomic = False`.

    No database is asked: the servers named here do not exist.
    """
    pages = "atomic = False\n" + WORDS.replace("words", "pages")
    project = project_of(tmp_path, url, [("0001_words", WORDS), ("0002_loose", pages)])
    lines = project.ok("sqlmigrate", "shop", "0001").out.splitlines()
    assert lines[0] == "-- shop.0001_words"
    frame = [line for line in lines if line in ("BEGIN;", "CREATE TABLE words (", "COMMIT;")]
    assert frame == (["BEGIN;", "CREATE TABLE words (", "COMMIT;"] if framed else ["CREATE TABLE words ("])
    loose = project.ok("sqlmigrate", "shop", "0002").out
    assert "BEGIN" not in loose
    assert "COMMIT" not in loose
    assert "CREATE TABLE pages" in loose


def test_what_is_no_sql_is_said_in_comments(tmp_path: Path) -> None:
    """A file without operations, a Python step and a step for another database are comments."""
    body = """
    def step(connection, tables): pass

    up = [ops.RunPython(step, reverse=ops.NOOP), ops.RunSQL({"sqlite": "SELECT 1"}, reverse=ops.NOOP)]
    """
    files = [("0001_nothing", "up = []"), ("0002_steps", body)]
    project = project_of(tmp_path, "postgresql://nobody@nowhere.invalid/db", files)
    assert "-- (no operations)\n" in project.ok("sqlmigrate", "shop", "0001").out
    assert "-- (no operations)\n" in project.ok("sqlmigrate", "shop", "0001", "--backwards").out
    steps = project.ok("sqlmigrate", "shop", "0002").out
    assert "-- run Python step\n-- MINIMIG: not in this script: run Python step needs a live connection" in steps
    assert "-- (no statement)\n" in steps
    told = json.loads(project.ok("sqlmigrate", "shop", "0002", "--json").out)
    assert [part["statements"] for part in told["operations"]] == [[], []]
    assert "needs a live connection" in told["operations"][0]["left_out"]
    assert project.ok("sqlmigrate", "shop.0002", "--backwards").out.startswith("-- shop.0002_steps backwards\n")


def test_what_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    """A way down that does not exist, and a word that names no single revision, are errors with the way out."""
    project = two_apps(tmp_path, "sqlite://")
    add(project, "shop.0003_stuck", ["0002_owner"], 'ops.RunSQL("SELECT 1")')
    refused = project.run("sqlmigrate", "shop", "0003", "--backwards")
    assert refused.code == 1
    assert "has no reverse" in refused.err
    assert refused.out == ""
    for words in (["shop", "zero"], ["shop", "9"], ["shoop", "0001"]):
        refused = project.run("sqlmigrate", *words)
        assert refused.code == 2, refused.text
        assert "next:" in refused.err
