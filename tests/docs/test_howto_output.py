"""The how-to pages show what commands print: each shown output is what they print, in a project made for it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.projects import REPOSITORY, ProjectFolder
from support.walks import plain

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^\$ (minimig .*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
TOML = 'url = "sqlite:///blog.db"\nmetadata = "blog.models:metadata"\nmigrations = "{}migrations"\n'
TABLE = """\
import sqlalchemy as sa

metadata = sa.MetaData()
"""
HEAD = "import sqlalchemy as sa\n\nfrom minimig import ops\n\n"
POSTS = 'ops.CreateTable("posts", sa.Column("id", sa.Integer, primary_key=True))'


def project(path: Path, folder: str = "blog/") -> ProjectFolder:
    """An app called blog, on SQLite, without tables."""
    made = ProjectFolder(path)
    made.write("minimig.toml", TOML.format(folder))
    made.write("blog/__init__.py", "")
    made.write("blog/models.py", TABLE)
    return made


def revision(made: ProjectFolder, name: str, parent: str | None, *up: str) -> None:
    """A revision file with these operations."""
    parents = [f"blog.{parent}"] if parent else []
    lines = "".join(f"    {each},\n" for each in up)
    made.write(f"blog/migrations/{name}.py", f"{HEAD}dependencies = {parents}\n\nup = [\n{lines}]\n")


def users(nick: str, bio: int, *, old: bool) -> str:
    """The models of the page about questions."""
    columns = f'sa.Column("{nick}", sa.String(40)), sa.Column("bio", sa.String({bio}))'
    text = f'{TABLE}sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), {columns})\n'
    return text + ('sa.Table("old", metadata, sa.Column("id", sa.Integer, primary_key=True))\n' if old else "")


def asking(path: Path) -> ProjectFolder:
    """A column renamed, one narrower, a table gone."""
    made = project(path, "")
    made.write("blog/models.py", users("nick", 200, old=True))
    made.ok("makemigrations")
    made.write("blog/models.py", users("handle", 40, old=False))
    return made


def differing(path: Path) -> ProjectFolder:
    """A database with an index that nobody declared, and models with a longer column."""
    made = project(path)
    key = 'sa.Column("id", sa.Integer, primary_key=True)'
    made.write(
        "blog/models.py",
        f'{TABLE}sa.Table("orders", metadata, {key}, sa.Column("total", sa.Integer, index=True))\n'
        f'sa.Table("users", metadata, {key}, sa.Column("name", sa.String(80)))\n',
    )
    models = made.read("blog/models.py")
    made.write("blog/models.py", models.replace("index=True", "").replace("sa.Integer, )", "sa.Integer)"))
    made.ok("makemigrations")
    made.ok("migrate")
    revision(made, "0002_by_hand", "0001_initial", 'ops.CreateIndex("ix_total", "orders", ["total"])')
    made.ok("migrate")
    made.write("blog/models.py", made.read("blog/models.py").replace("sa.String(80)", "sa.String(90)"))
    return made


def parted(path: Path) -> ProjectFolder:
    """Two branches, one of one file and one of two; no database has had either."""
    made = project(path)
    revision(made, "0001_initial", None, POSTS)
    revision(made, "0002_add_slug_to_posts", "0001_initial", 'ops.AddColumn("posts", sa.Column("slug", sa.String(80)))')
    revision(made, "0002_add_views_to_posts", "0001_initial", 'ops.AddColumn("posts", sa.Column("views", sa.Integer))')
    tighter = 'ops.AlterColumn("posts", "views", nullable=False, fill="0")'
    revision(made, "0003_views_not_null", "0002_add_views_to_posts", tighter)
    return made


def parted_and_merged(path: Path) -> ProjectFolder:
    """The same, merged and applied."""
    made = parted(path)
    made.ok("merge", "heads", "--no-input")
    made.ok("migrate")
    return made


def growing(path: Path) -> ProjectFolder:
    """A file with two operations that one could stand for."""
    made = project(path)
    revision(made, "0004_initial", None, POSTS)
    body = 'ops.AddColumn("posts", sa.Column("body", sa.Integer))'
    revision(made, "0005_steps", "0004_initial", body, 'ops.AlterColumn("posts", "body", type=sa.Text)')
    return made


def edited(path: Path) -> ProjectFolder:
    """A file that says something else than when it was applied, and one that is to come."""
    made = project(path)
    slug = 'ops.AddColumn("posts", sa.Column("slug", sa.String({})))'
    revision(made, "0001_initial", None, POSTS)
    revision(made, "0002_add_slug", "0001_initial", slug.format(80))
    made.ok("migrate")
    revision(made, "0002_add_slug", "0001_initial", slug.format(120))
    revision(made, "0003_titles", "0002_add_slug", 'ops.AddColumn("posts", sa.Column("title", sa.Text))')
    return made


def standing(path: Path) -> ProjectFolder:
    """The table of the first file is there, and nothing is recorded."""
    made = project(path)
    revision(made, "0001_initial", None, POSTS)
    execute(made, "CREATE TABLE posts (id INTEGER NOT NULL PRIMARY KEY)")
    return made


def long_history(path: Path) -> ProjectFolder:
    """Five revisions, none applied."""
    made = project(path)
    names = ["0001_initial", "0002_a", "0003_b", "0004_c", "0005_d"]
    for parent, name in zip([None, *names], names, strict=False):
        up = f'ops.AddColumn("posts", sa.Column("{name[-1]}", sa.Integer))' if parent else POSTS
        revision(made, name, parent, up)
    return made


def lost(path: Path) -> ProjectFolder:
    """Five revisions are applied, and the files of two are gone."""
    made = long_history(path)
    made.ok("migrate")
    for name in ("0004_c", "0005_d"):
        (made.path / f"blog/migrations/{name}.py").unlink()
    return made


def only_tables(path: Path) -> ProjectFolder:
    """A database with tables and rows, an application without models, and no revision file."""
    made = project(path)
    execute(
        made,
        "CREATE TABLE posts (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(200) NOT NULL)",
        "INSERT INTO posts (title) VALUES ('Hello')",
    )
    return made


def described(path: Path) -> ProjectFolder:
    """The same with models."""
    made = only_tables(path)
    columns = 'sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(200), nullable=False)'
    made.write("blog/models.py", f'{TABLE}sa.Table("posts", metadata, {columns})\n')
    return made


def execute(made: ProjectFolder, *statements: str) -> None:
    """Run statements on the database of the project."""
    engine = sa.create_engine(f"sqlite:///{made.path / 'blog.db'}")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


SHOWN: list[tuple[str, str, Callable[[Path], ProjectFolder]]] = [
    ("questions", "makemigrations", asking),
    ("comparing", "diff", differing),
    ("teams", "rebase blog 0002_add_slug_to_posts --dry-run", parted),
    ("teams", "merge heads --dry-run", parted),
    ("teams", "optimizemigration blog 0005", growing),
    ("repairing", "diagnose", edited),
    ("repairing", "repair", edited),
]


RUN: list[tuple[str, str, Callable[[Path], ProjectFolder]]] = [
    ("histories", "migrate --fake-initial --plan", standing),
    ("histories", "migrate --from-record --plan", lost),
    ("histories", "check --heads", long_history),
    ("scripts", "migrate --sql --dialect postgresql", long_history),
    ("existing-database", "inspectdb", only_tables),
    ("existing-database", "makemigrations", described),
    ("teams", "tag v1.0", parted_and_merged),
    ("comparing", "snapshot", described),
]
"""Blocks of commands that are not shown with what they print."""


@pytest.mark.parametrize(("page", "first", "made"), SHOWN, ids=lambda each: each if isinstance(each, str) else "")
def test_output_is_as_shown(
    page: str, first: str, made: Callable[[Path], ProjectFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the block that begins with this command on: what stands below each command is what it prints."""
    text = (REPOSITORY / "docs" / "howto" / f"{page}.md").read_text(encoding="utf-8")
    block = next(block for block in BLOCK.findall(text) if block.startswith(f"$ minimig {first}"))
    here = made(tmp_path)
    monkeypatch.chdir(tmp_path)
    for command, shown in TYPED.findall(block):
        if shown:
            said = here.run(*shlex.split(command, comments=True)[1:], together=True).out
            assert plain(said.replace(str(tmp_path), "/project")) == plain(shown)


def test_every_shown_output_of_these_pages_is_tried() -> None:
    """No block of these pages that shows output is left out, but for the one that belongs to git."""
    for page in {page for page, _, _ in SHOWN}:
        text = (REPOSITORY / "docs" / "howto" / f"{page}.md").read_text(encoding="utf-8")
        showing = [block for block in BLOCK.findall(text) if any(shown for _, shown in TYPED.findall(block))]
        firsts = [block.partition("\n")[0].removeprefix("$ minimig ") for block in showing]
        assert sorted(first for first in firsts if not first.startswith("$ git")) == sorted(
            first for name, first, _ in SHOWN if name == page
        )


@pytest.mark.parametrize(("page", "first", "made"), RUN, ids=lambda each: each if isinstance(each, str) else "")
def test_commands_work_one_after_the_other(
    page: str, first: str, made: Callable[[Path], ProjectFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed in the order of the page, in a project made for it, each command of the block does what it is asked."""
    text = (REPOSITORY / "docs" / "howto" / f"{page}.md").read_text(encoding="utf-8")
    block = next(block for block in BLOCK.findall(text) if block.startswith(f"$ minimig {first}"))
    here = made(tmp_path)
    monkeypatch.chdir(tmp_path)
    for command, _ in TYPED.findall(block):
        words = shlex.split(command.partition(" > ")[0], comments=True)[1:]
        result = here.run(*words)
        assert result.code == 0, f"{command}: {result.text}"
