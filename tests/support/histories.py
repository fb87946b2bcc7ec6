"""A folder of hand-written revision files, and a database they run on through the library.

`History.write` adds a file under the header that all of them share; `migrate` brings the database to a target.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import sqlalchemy as sa

import minimig
from minimig.commands.applying import MigrateResult
from support.databases import Database
from support.projects import ProjectFolder

WORDS = """
up = [
    ops.CreateTable(
        "words", sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", sa.String(200))
    )
]
"""
"""A table to put text into: what most of the tests of hand-written steps begin with."""


@dataclass(frozen=True)
class History:
    """The revision files of one app called `shop`, in `folder`, and a database for them."""

    folder: Path
    database: Database
    names: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, path: Path, database: Database) -> History:
        """An empty history below `path`."""
        folder = path / "shop" / "migrations"
        folder.mkdir(parents=True)
        return cls(folder, database)

    def write(self, name: str, body: str) -> Path:
        """Write the next revision, after the one that was written before it."""
        path = self.folder / f"{name}.py"
        path.write_text(revision(self.names[-1:], body), encoding="utf-8")
        self.names.append(name)
        return path

    def migrate(self, target: str = "head", **options: Any) -> MigrateResult:
        """Bring the database to a target."""
        return minimig.migrate(self.database.engine, self.folder, target=target, **options)

    @property
    def tables(self) -> set[str]:
        """The names of all tables but minimig's own."""
        return set(sa.inspect(self.database.engine).get_table_names()) - {"minimig_version", "minimig_journal"}

    @property
    def applied(self) -> list[str]:
        """The names in the version table, sorted."""
        return sorted(self.values("SELECT name FROM minimig_version"))

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns."""
        return [column["name"] for column in sa.inspect(self.database.engine).get_columns(table)]

    def values(self, sql: str) -> list[Any]:
        """The first column of a query's rows."""
        with self.database.engine.connect() as connection:
            return list(connection.exec_driver_sql(sql).scalars())

    def project(self) -> ProjectFolder:
        """The same files for the command line, which needs a configuration beside them."""
        found = ProjectFolder(self.folder.parents[1], self.database.url)
        found.write("minimig.toml", '[apps.shop]\nmetadata = "models:metadata"\nmigrations = "shop/migrations"\n')
        found.write("models.py", "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\nsa.Table('words', metadata)\n")
        return found

    def run(self, *statements: str) -> None:
        """Execute statements by hand."""
        with self.database.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def revision(dependencies: list[str], body: str) -> str:
    """The text of a revision file: docstring, imports, dependencies, and `body`."""
    head = (
        f'"""A revision."""\n\nimport sqlalchemy as sa\n\nfrom minimig import ops\n\ndependencies = {dependencies!r}\n'
    )
    return f"{head}\n{dedent(body)}"


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """The text of every statement that goes over connections of `engine` meanwhile."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


TWO_APPS = """
[apps.accounts]
metadata = "shop.models:accounts"
migrations = "accounts/migrations"

[apps.shop]
metadata = "shop.models:shop"
migrations = "shop/migrations"
"""

TWO_MODELS = """
import sqlalchemy as sa

accounts, shop = sa.MetaData(), sa.MetaData()
users = sa.Table("users", accounts, sa.Column("id", sa.Integer, primary_key=True), sa.Column("nick", sa.String(40)))
carts = sa.Table(
    "carts",
    shop,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey(users.c.id, name="fk_carts_user_id")),
)
"""

TWO_FILES = {
    "accounts.0001_users": ([], 'ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True))'),
    "accounts.0002_nick": (["0001_users"], 'ops.AddColumn("users", sa.Column("nick", sa.String(40)))'),
    "shop.0001_carts": ([], 'ops.CreateTable("carts", sa.Column("id", sa.Integer, primary_key=True))'),
    "shop.0002_owner": (
        ["0001_carts", "accounts.0002_nick"],
        """
        ops.AddColumn("carts", sa.Column("user_id", sa.Integer)),
        ops.AddConstraint("carts", sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_carts_user_id"))
        """,
    ),
}


def two_apps(path: Path, url: str | None) -> ProjectFolder:
    """A project of two apps whose files lead to its models; `shop.0002` points to what `accounts` made."""
    project = ProjectFolder(path, url)
    project.write("minimig.toml", TWO_APPS)
    project.write("shop/__init__.py", "")
    project.write("shop/models.py", TWO_MODELS)
    for name, (dependencies, operations) in TWO_FILES.items():
        add(project, name, dependencies, operations)
    return project


def add(project: ProjectFolder, name: str, dependencies: list[str], operations: str, extra: str = "") -> Path:
    """Write the file of the revision `app.name`; parents of its own app may be named without the app."""
    app, _, file = name.partition(".")
    full = [parent if "." in parent else f"{app}.{parent}" for parent in dependencies]
    return project.write(f"{app}/migrations/{file}.py", revision(full, f"{extra}\nup = [{operations}]\n"))
