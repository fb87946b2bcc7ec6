"""Projects that have no one database of their own, no revisions, or an engine of another kind."""

from __future__ import annotations

from pathlib import Path

from minimig.commands.exploring.exploration import ExploreOptions, exploration
from minimig.library import open_project
from support.async_databases import async_url
from support.databases import Database
from support.explored import data_of
from support.histories import two_apps
from support.projects import ProjectFolder
from support.tenants import project_at, with_files

SQLITE = ExploreOptions(dialects=("sqlite",))


def test_tenants_are_not_asked(tmp_path: Path) -> None:
    """What lives with tenants alone has no marks; a database beside them says nothing of it, and nothing fails."""
    (tmp_path / "a" / "data").mkdir(parents=True)
    alone = exploration(open_project(with_files(tmp_path / "a", ["one", "two"]).path), SQLITE)
    assert (len(alone.revisions), alone.marks) == (2, ())
    beside = project_at(tmp_path / "b", 'names = ["one"]\nurl = "sqlite:///{tenant}.db"', "sqlite:///shared.db")
    found = exploration(open_project(beside.path))
    assert len(found.revisions) == 2
    assert found.marks is not None
    assert [marks.problem for marks in found.marks] in ([], [None])


def test_a_variable_that_is_missing_is_told(tmp_path: Path) -> None:
    """A URL that cannot be made is a database that does not answer; files can be explored on any machine."""
    project = two_apps(tmp_path, None)
    project.write("minimig.toml", f'url = "${{NOT_SET_HERE}}"\n{project.read("minimig.toml")}')
    result = project.run("explore")
    assert result.code == 0, result.text
    assert "NOT_SET_HERE" in result.err
    data = data_of(project.read("minimig-explore.html"))
    assert data["dialects"] == ["postgresql", "mysql", "sqlite", "mssql", "oracle"]
    assert data["marks"][0]["problem"]["message"]


def test_no_revision_is_a_page_too(tmp_path: Path) -> None:
    """A project at its very beginning has an empty page, and no error."""
    project = ProjectFolder(tmp_path)
    project.write("minimig.toml", 'metadata = "models:metadata"\nmigrations = "migrations"\n')
    project.write("models.py", "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n")
    project.ok("explore")
    assert data_of(project.read("minimig-explore.html"))["revisions"] == []


def test_an_asynchronous_database_is_asked_too(tmp_path: Path, sqlite_database: Database) -> None:
    """The marks come over aiosqlite as over sqlite3."""
    project = two_apps(tmp_path, sqlite_database.url)
    project.ok("migrate", "accounts")
    found = exploration(open_project(tmp_path, database=async_url(sqlite_database, "aiosqlite")), SQLITE)
    assert found.marks is not None
    assert len(found.marks[0].applied) == 2
