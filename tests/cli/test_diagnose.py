"""`minimig diagnose`: each situation has its verdict, its exit code and its way out, and all of them are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from minimig.dialects.registry import lock_for
from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

MAIL = 'ops.AddColumn("users", sa.Column("mail", sa.String(40)))'


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """Two apps, all applied."""
    found = two_apps(tmp_path, database.url)
    found.ok("migrate")
    return found


@pytest.fixture
def simple(tmp_path: Path, sqlite_database: Database) -> ProjectFolder:
    """The same, for what does not depend on the database."""
    found = two_apps(tmp_path, sqlite_database.url)
    found.ok("migrate")
    return found


def told(project: ProjectFolder, *words: str) -> dict[str, Any]:
    """What it says as JSON; its exit code is the one it tells, and text names every kind as well."""
    result = project.run("diagnose", "--json", *words)
    found: dict[str, Any] = json.loads(result.out)
    assert result.code == found["exit_code"], result.text
    text = project.run("diagnose", *words)
    assert text.code == result.code
    for finding in found["findings"]:
        assert f"{finding['kind']}: {finding['message']}" in text.out
        assert finding["hint"] in text.out
    return found


def kinds(found: dict[str, Any]) -> list[str]:
    """The kinds of findings, in order."""
    return [finding["kind"] for finding in found["findings"]]


def test_up_to_date(project: ProjectFolder) -> None:
    """Nothing is wrong: exit 0, and the live schema was compared."""
    found = told(project)
    assert (found["verdict"], found["exit_code"], found["schema"]) == ("up to date", 0, "compared")
    assert (found["applied"], found["pending"]) == (4, [])


def test_behind(project: ProjectFolder) -> None:
    """Revisions to come are named; exit 4."""
    add(project, "accounts.0003_mail", ["0002_nick"], MAIL)
    found = told(project)
    assert (found["verdict"], found["exit_code"], found["pending"]) == ("behind", 4, ["accounts.0003_mail"])


def test_an_empty_database(tmp_path: Path, database: Database) -> None:
    """All is to come; the question creates no table, and on SQLite no file."""
    project = two_apps(tmp_path, database.url)
    found = told(project)
    assert (found["verdict"], len(found["pending"])) == ("behind", 4)
    if database.kind == "sqlite":
        assert not Path(str(database.engine.url.database)).exists()
    else:
        assert sa.inspect(database.engine).get_table_names() == []


def test_ahead_and_diverged(simple: ProjectFolder) -> None:
    """A row without a file, exit 7; with another file in its place the histories have parted, and where is told."""
    (simple.path / "shop/migrations/0002_owner.py").unlink()
    found = told(simple)
    assert (kinds(found), found["exit_code"]) == (["ahead"], 7)
    assert found["findings"][0]["revisions"] == ["shop.0002_owner"]
    assert "not known" in found["schema"]
    add(simple, "shop.0002_other", ["0001_carts"], "")
    found = told(simple)
    assert kinds(found) == ["diverged", "behind"]
    assert "the last common point is shop.0001_carts" in found["findings"][0]["message"]


def test_edited(simple: ProjectFolder) -> None:
    """A changed meaning is a finding, exit 7; a comment is a note."""
    path = simple.path / "accounts/migrations/0002_nick.py"
    path.write_text(path.read_text() + "# why\n")
    found = told(simple)
    assert (found["verdict"], len(found["notes"])) == ("up to date", 1)
    path.write_text(path.read_text().replace("String(40)", "String(50)"))
    found = told(simple)
    assert (kinds(found), found["exit_code"]) == (["edited", "drifted"], 7)


def test_drifted(project: ProjectFolder, database: Database) -> None:
    """What somebody did by hand is told as `check` tells it; exit 4. `--no-schema` does not look."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE users ADD COLUMN extra INTEGER")
    found = told(project)
    assert (kinds(found), found["exit_code"]) == (["drifted"], 4)
    assert "drop column users.extra" in found["findings"][0]["details"][0]
    found = told(project, "--no-schema")
    assert (found["verdict"], found["schema"]) == ("up to date", "not asked for")


def test_half_applied(tmp_path: Path, mariadb_database: Database) -> None:
    """A migration that stopped half-way is the worst of several findings; what took effect is told, and the way on."""
    project = two_apps(tmp_path, mariadb_database.url)
    add(project, "accounts.0003_two", ["0002_nick"], f'{MAIL}, ops.RunSQL("SELECT nothing_there")')
    assert project.run("migrate", "accounts").code == 1
    found = told(project)
    assert (kinds(found), found["exit_code"]) == (["half-applied", "behind"], 7)
    assert found["findings"][0]["revisions"] == ["accounts.0003_two"]
    assert "minimig migrate accounts 0003_two finishes it" in found["findings"][0]["hint"]


def test_locked(project: ProjectFolder, database: Database) -> None:
    """While a run is at work it is told who holds the lock; exit 6, at once, and the lock stays his."""
    with database.engine.connect() as connection, lock_for(connection, "minimig_version", 1):
        found = told(project)
    assert (kinds(found), found["exit_code"], found["schema"]) == (["locked"], 6, "a run is at work")
    assert "a run holds the lock: " in found["findings"][0]["message"]
    assert told(project)["verdict"] == "up to date"


def test_unreachable(simple: ProjectFolder) -> None:
    """A database that does not answer is a finding like others, beside what is wrong with the files; exit 1."""
    (simple.path / "shop/migrations/0001_carts.py").write_text("up = [")
    found = told(ProjectFolder(simple.path, "postgresql+psycopg://nobody@127.0.0.1:1/none"))
    assert (kinds(found)[0], "broken" in kinds(found), found["exit_code"]) == ("unreachable", True, 1)


def test_a_version_table_that_cannot_be_read(simple: ProjectFolder, sqlite_database: Database) -> None:
    """The reason is told, and no revision is called pending for it."""
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE minimig_version")
        connection.exec_driver_sql("CREATE TABLE minimig_version (version_num VARCHAR(32))")
    found = told(simple)
    assert (kinds(found), found["pending"]) == (["unreachable"], [])
    assert "minimig_version cannot be read" in found["findings"][0]["message"]


def test_several_things_at_once(simple: ProjectFolder) -> None:
    """Broken files, two heads, an edit and a new parent: all are told, the worst first, whatever else is wrong."""
    (simple.path / "shop/migrations/0001_carts.py").write_text("up = [")
    add(simple, "accounts.0003_a", ["0002_nick"], "")
    add(simple, "accounts.0003_b", ["0002_nick"], "")
    path = simple.path / "accounts/migrations/0001_users.py"
    path.write_text(path.read_text().replace('"users"', '"people"'))
    found = told(simple)
    assert found["verdict"] == "broken"
    assert {"broken", "edited", "parted", "behind"} <= set(kinds(found))
    order = ["unreachable", "broken", "half-applied", "diverged", "ahead", "edited", "out of order", "parted", "behind"]
    assert kinds(found) == sorted(kinds(found), key=order.index)
    assert "broken" in found["schema"]


def test_applied_before_its_parent(simple: ProjectFolder) -> None:
    """A file that was given a new parent which is not applied; exit 7, both are named."""
    add(simple, "accounts.0001b_early", ["0001_users"], "")
    path = simple.path / "accounts/migrations/0002_nick.py"
    path.write_text(path.read_text().replace("accounts.0001_users", "accounts.0001b_early"))
    found = told(simple)
    assert (found["verdict"], found["exit_code"]) == ("out of order", 7)
    assert found["findings"][0]["revisions"] == ["accounts.0002_nick", "accounts.0001b_early"]
    assert "out of order: accounts.0002_nick is applied already" in str(found["findings"][1]["details"])
