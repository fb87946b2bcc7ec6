"""A squashed revision on a real database: applied, recorded again, taken back, and aimed into."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

SQUASHED = """
ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("nick", sa.String(40))),
"""


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """Two apps; the two revisions of `accounts` are about to be squashed."""
    return two_apps(tmp_path, database.url)


def squash(project: ProjectFolder) -> None:
    """Write the squash of both revisions of `accounts`."""
    replaces = '\nreplaces = ["accounts.0001_users", "accounts.0002_nick"]\n'
    add(project, "accounts.0001_squashed", [], SQUASHED, replaces)


def applied(database: Database) -> set[str]:
    """What the version table holds."""
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT app, name FROM minimig_version").all()
    return {f"{app}.{name}" for app, name in rows}


def columns(database: Database) -> set[str]:
    """The columns of the table that `accounts` makes."""
    return {column["name"] for column in sa.inspect(database.engine).get_columns("users")}


SET = {"accounts.0001_users", "accounts.0002_nick", "accounts.0001_squashed"}


def test_an_empty_database_gets_the_squash_alone(project: ProjectFolder, database: Database) -> None:
    """One step instead of two; all that it replaces is recorded, so that older checkouts know where they are."""
    squash(project)
    out = project.ok("migrate").out
    assert "Applying accounts.0001_squashed" in out
    assert "accounts.0001_users" not in out
    assert applied(database) >= SET
    assert "nick" in columns(database)
    assert "Nothing to do" in project.ok("migrate").out


def test_a_database_that_has_it_all_only_records_it(project: ProjectFolder, database: Database) -> None:
    """Nothing runs; the squash gets its row, and the replaced files may go."""
    project.ok("migrate")
    squash(project)
    project.ok("migrate")
    assert applied(database) >= SET
    for name in ("0001_users", "0002_nick"):
        (project.path / f"accounts/migrations/{name}.py").unlink()
    assert "Nothing to do" in project.ok("migrate").out
    assert "agree" in project.ok("check", "--database").out


def test_a_database_that_has_a_part_goes_on_without_it(project: ProjectFolder, database: Database) -> None:
    """The rest of the replaced revisions runs one by one, and then the squash is recorded."""
    project.ok("migrate", "accounts", "0001")
    squash(project)
    out = project.ok("migrate").out
    assert "Applying accounts.0002_nick" in out
    assert "Applying accounts.0001_squashed" not in out
    assert applied(database) >= SET


def test_a_squash_is_taken_back_as_one(project: ProjectFolder, database: Database) -> None:
    """Going to zero takes back the squash and forgets all rows that it stands for."""
    squash(project)
    project.ok("migrate")
    project.ok("migrate", "accounts", "zero")
    assert applied(database) == {"shop.0001_carts"}
    assert not sa.inspect(database.engine).has_table("users")


def test_a_target_inside_a_squash_is_reached(project: ProjectFolder, database: Database) -> None:
    """Back to a replaced revision the steps are those of the replaced files, and the squash counts no longer."""
    squash(project)
    project.ok("migrate", "accounts")
    project.ok("migrate", "accounts", "0001_users")
    assert applied(database) == {"accounts.0001_users"}
    assert "nick" not in columns(database)
    project.ok("migrate", "accounts")
    assert applied(database) == SET


# --- what is shown, and what may be forgotten -------------------------------------------------------------------------


def test_the_list_marks_squashes(project: ProjectFolder) -> None:
    """A squash says for how many it stands, and whether only its row is missing; -v lists what it replaces."""
    project.ok("migrate", "accounts")
    squash(project)
    lines = project.ok("showmigrations", "accounts").out.splitlines()
    assert lines[1:] == ["  [-] 0001_squashed  stands for 2 revisions, all applied; minimig migrate will record it"]
    project.ok("migrate", "accounts")
    assert project.ok("showmigrations", "accounts").out.splitlines()[1:] == [
        "  [X] 0001_squashed  stands for 2 revisions"
    ]
    more = project.ok("showmigrations", "accounts", "-v").out
    assert "  [X] 0001_users     replaced by accounts.0001_squashed\n" in more
    assert "  [X] 0002_nick      replaced by accounts.0001_squashed\n" in more
    rows = json.loads(project.ok("showmigrations", "--json").out)["migrations"]
    assert [(row["revision"], row["shown_by"]) for row in rows if row["app"] == "accounts"] == [
        ("accounts.0001_squashed", None),
        ("accounts.0001_users", "accounts.0001_squashed"),
        ("accounts.0002_nick", "accounts.0001_squashed"),
    ]


def test_a_squash_that_makes_way_is_told_with_v(project: ProjectFolder) -> None:
    """Where a part is applied the old files are listed, and -v shows the squash that waits."""
    project.ok("migrate", "accounts", "0001")
    squash(project)
    assert project.ok("showmigrations", "accounts").out.splitlines()[1:] == ["  [X] 0001_users", "  [ ] 0002_nick"]
    assert "0001_squashed  makes way for accounts.0002_nick" in project.ok("showmigrations", "accounts", "-v").out


def test_sql_of_a_squash_and_of_what_it_replaces(project: ProjectFolder) -> None:
    """`sqlmigrate` shows either, by its own name."""
    squash(project)
    assert "nick" in project.ok("sqlmigrate", "accounts", "0001_squashed").out
    assert "nick" not in project.ok("sqlmigrate", "accounts", "0001_users").out
    assert "ADD" in project.ok("sqlmigrate", "accounts", "0002_nick").out


def test_rows_are_kept_while_a_squash_names_them(project: ProjectFolder, database: Database) -> None:
    """--prune beside a squash keeps the rows of deleted files and says why; once `replaces` is gone they go."""
    project.ok("migrate", "accounts")
    squash(project)
    project.ok("migrate")
    for name in ("0001_users", "0002_nick"):
        (project.path / f"accounts/migrations/{name}.py").unlink()
    add(project, "shop.0002_owner", ["0001_carts", "accounts.0001_squashed"], "")
    out = project.ok("migrate", "accounts", "--prune").out
    assert "Kept accounts.0001_users: accounts.0001_squashed names it in `replaces`" in out
    assert set(json.loads(project.ok("migrate", "--prune", "--json").out)["kept"]) == SET - {"accounts.0001_squashed"}
    assert applied(database) > SET
    add(project, "accounts.0001_squashed", [], SQUASHED)
    assert project.ok("migrate", "--prune").out.count("Forgot") == 2
    assert applied(database) & SET == {"accounts.0001_squashed"}
    assert "Nothing to do" in project.ok("migrate").out
