"""A branchy history of three apps, walked up, down, sideways, squashed, stamped and without a file.

At each point the version table holds exactly what it should, and the database what a replay of that leads to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from support.databases import Database
from support.histories import TWO_APPS, add, two_apps
from support.projects import ProjectFolder

BLOG = '[apps.blog]\nmetadata = "shop.models:shop"\nmigrations = "blog/migrations"\n'
AUTHOR = """
ops.AddColumn("posts", sa.Column("author_id", sa.Integer)),
ops.AddConstraint("posts", sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_posts_author_id"))
"""
FILES = {
    "blog.0001_posts": ([], 'ops.CreateTable("posts", sa.Column("id", sa.Integer, primary_key=True))'),
    "blog.0002_body": (["0001_posts"], 'ops.AddColumn("posts", sa.Column("body", sa.Text))'),
    "blog.0002_title": (["0001_posts"], 'ops.AddColumn("posts", sa.Column("title", sa.String(80)))'),
    "blog.0003_merge": (["0002_body", "0002_title"], ""),
    "blog.0004_author": (["0003_merge", "accounts.0002_nick"], AUTHOR),
}
OTHERS = {"accounts.0001_users", "accounts.0002_nick", "shop.0001_carts", "shop.0002_owner"}
ALL = OTHERS | FILES.keys()
SQUASH = "blog.0001_squashed_0004_author"


@dataclass(frozen=True)
class Walk:
    """A project on the way, and its database."""

    project: ProjectFolder
    database: Database

    def to(self, command: str, rows: set[str], pending: set[str]) -> str:
        """Run a command; then look at the version table, at the schema, and at what is left to do."""
        done = self.project.ok(*command.split())
        with self.database.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT app, name FROM minimig_version").all()
        assert {f"{app}.{name}" for app, name in found} == rows, command
        checked = json.loads(self.project.run("check", "--database", "--json").out)
        assert (checked["drift"], set(checked["pending"])) == ([], pending), command
        return done.text


def begin(tmp_path: Path, database: Database) -> Walk:
    """Three apps and an empty database."""
    project = two_apps(tmp_path, database.url)
    project.write("minimig.toml", f"{TWO_APPS}\n{BLOG}")
    for name, (dependencies, operations) in FILES.items():
        add(project, name, dependencies, operations)
    return Walk(project, database)


def test_up_down_and_sideways(tmp_path: Path, database: Database) -> None:
    """Branches come and go by themselves, other apps only where they must, and late ones are told."""
    walk = begin(tmp_path, database)
    walk.to("migrate", ALL, set())
    left = ALL - {"blog.0003_merge", "blog.0004_author"}
    walk.to("migrate blog 0002_title", left, ALL - left)
    low = left - {"accounts.0002_nick", "shop.0002_owner"}
    walk.to("migrate accounts 0001", low, ALL - low)
    walk.to("migrate", ALL, set())
    walk.to("downgrade blog.0001", OTHERS | {"blog.0001_posts"}, FILES.keys() - {"blog.0001_posts"})
    one = OTHERS | {"blog.0001_posts", "blog.0002_title"}
    walk.to("migrate blog 0002_title", one, ALL - one)
    told = walk.to("migrate", ALL, set())
    assert "blog.0002_body comes out of order: blog.0002_title is applied already" in told
    walk.to("migrate shop zero", ALL - {"shop.0001_carts", "shop.0002_owner"}, {"shop.0001_carts", "shop.0002_owner"})
    walk.to("migrate accounts zero", FILES.keys() - {"blog.0004_author"}, OTHERS | {"blog.0004_author"})


def test_squashed_stamped_and_without_a_file(tmp_path: Path, database: Database) -> None:
    """A squash is recorded, taken back and applied as one; stamping changes rows alone; a lost file is stepped back."""
    walk = begin(tmp_path, database)
    walk.to("migrate", ALL, set())
    walk.to("squashmigrations blog --no-input", ALL, set())
    walk.to("migrate", ALL | {SQUASH}, set())
    walk.to("migrate blog zero", OTHERS, {SQUASH})
    walk.to("migrate", ALL | {SQUASH}, set())
    walk.to("stamp --purge heads", ALL | {SQUASH}, set())
    (walk.project.path / "shop/migrations/0002_owner.py").unlink()
    refused = walk.project.run("migrate", "accounts", "0001")
    assert (refused.code, "shop.0002_owner" in refused.err) == (7, True)
    walk.to("migrate --from-record", (ALL | {SQUASH}) - {"shop.0002_owner"}, set())
    columns = {column["name"] for column in sa.inspect(database.engine).get_columns("carts")}
    assert columns == {"id"}
    walk.to("migrate accounts 0001", {"accounts.0001_users", "shop.0001_carts"}, {"accounts.0002_nick", SQUASH})


def test_begun_without_minimig(tmp_path: Path, database: Database) -> None:
    """The same tables with no version table: first files are faked, the rest is refused, and stamped where it is."""
    walk = begin(tmp_path, database)
    walk.to("migrate shop 0001", {"shop.0001_carts"}, ALL - {"shop.0001_carts"})
    walk.to("migrate blog 0001", {"shop.0001_carts", "blog.0001_posts"}, ALL - {"shop.0001_carts", "blog.0001_posts"})
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE minimig_version")
    told = walk.to("migrate --fake-initial", ALL, set())
    assert [line.split()[3] for line in told.splitlines() if "_posts" in line or "_carts" in line] == ["faked", "faked"]
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE minimig_version")
    assert walk.project.run("migrate", "--fake-initial").code == 7
    walk.to("stamp heads", ALL, set())
