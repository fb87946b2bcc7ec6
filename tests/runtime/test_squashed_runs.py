"""A squashed revision on a real database: applied, recorded again, taken back, and aimed into."""

from __future__ import annotations

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
