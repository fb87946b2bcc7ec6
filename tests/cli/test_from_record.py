"""`--from-record`: revisions without a file, taken back by what the version table recorded when they were applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

CITY = 'ops.AddColumn("users", sa.Column("city", sa.String(40), nullable=False, server_default="x"))'
TOWN = 'ops.RenameColumn("users", "city", "town"), ops.CreateIndex("ix_town", "users", ["town"])'
STEP = """
MARK = "{mark}"


def forth(connection, tables):
    connection.execute(sa.update(tables.users).values(nick="up"))


def back(connection, tables):
    connection.execute(sa.update(tables.users).values(nick=MARK))
"""


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """Two apps, migrated; two more revisions of `accounts` are applied and their files gone. One row is in users."""
    folder = two_apps(tmp_path, database.url)
    add(folder, "accounts.0003_city", ["0002_nick"], CITY)
    add(folder, "accounts.0004_town", ["0003_city"], TOWN)
    folder.ok("migrate")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO users (id, nick) VALUES (1, 'kim')")
    lose(folder, "accounts.0003_city", "accounts.0004_town")
    return folder


def lose(project: ProjectFolder, *revisions: str) -> None:
    """Remove files, as switching a branch does."""
    for revision in revisions:
        app, _, name = revision.partition(".")
        (project.path / app / "migrations" / f"{name}.py").unlink()


def columns(database: Database) -> list[str]:
    """The columns of `users`."""
    return [column["name"] for column in sa.inspect(database.engine).get_columns("users")]


def nicks(database: Database) -> list[str]:
    """What stands in the rows."""
    with database.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT nick FROM users").scalars())


def test_they_are_taken_back_in_order(project: ProjectFolder, database: Database) -> None:
    """Plain migrate refuses and names the way; with the option both go, the last one first, and the rows stay."""
    add(project, "shop.0003_total", ["0002_owner"], 'ops.AddColumn("carts", sa.Column("total", sa.Integer))')
    refused = project.run("migrate")
    assert (refused.code, "minimig migrate --from-record" in refused.err) == (7, True)
    plan = project.ok("migrate", "accounts", "--from-record", "--plan").out
    assert [line.split()[0] for line in plan.splitlines() if "(take back, as recorded)" in line] == [
        "accounts.0004_town",
        "accounts.0003_city",
    ]
    assert "town" in columns(database)
    told = json.loads(project.ok("migrate", "--from-record", "--json").out)
    assert [(step["revision"], step["direction"]) for step in told["steps"]] == [
        ("accounts.0004_town", "backward"),
        ("accounts.0003_city", "backward"),
        ("shop.0003_total", "forward"),
    ]
    assert columns(database) == ["id", "nick"]
    assert nicks(database) == ["kim"]
    assert project.ok("check", "--database").code == 0
    again = project.ok("migrate", "--from-record")
    assert ("Nothing to do" in again.out, again.err) == (True, "")


def test_it_goes_on_to_the_target(project: ProjectFolder, database: Database) -> None:
    """`downgrade` takes the unknown ones first, and then what lies behind the target as its files say."""
    out = project.ok("downgrade", "accounts.0001", "--from-record").out
    taken = [line.split()[2] for line in out.splitlines() if "Taking back" in line]
    assert taken == ["accounts.0004_town", "accounts.0003_city", "shop.0002_owner", "accounts.0002_nick"]
    assert columns(database) == ["id"]


def test_functions_come_back_with_it(tmp_path: Path, database: Database) -> None:
    """A data step's way back runs with what it needs of its file; what only the way up needs is not missed."""
    project = two_apps(tmp_path, database.url)
    add(project, "accounts.0003_step", ["0002_nick"], "ops.RunPython(forth, reverse=back)", STEP.format(mark="down"))
    project.ok("migrate", "accounts", "0002")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO users (id, nick) VALUES (1, 'kim')")
    project.ok("migrate")
    assert nicks(database) == ["up"]
    lose(project, "accounts.0003_step")
    project.ok("migrate", "accounts", "0002", "--from-record")
    assert nicks(database) == ["down"]


def test_what_needs_code_that_is_gone_is_refused(tmp_path: Path, database: Database) -> None:
    """A function of a module that the other branch had: refused, with the module's name, and nothing is changed."""
    project = two_apps(tmp_path, database.url)
    project.write("helpers.py", "def step(connection, tables):\n    pass\n")
    extra = "from helpers import step\n"
    add(project, "accounts.0003_step", ["0002_nick"], f"{CITY}, ops.RunPython(step, reverse=step)", extra)
    project.ok("migrate")
    lose(project, "accounts.0003_step")
    (project.path / "helpers.py").unlink()
    result = project.run("migrate", "accounts", "0002", "--from-record")
    assert result.code == 1
    assert "what the version table has of accounts.0003_step cannot be used" in result.err
    assert "helpers" in result.err
    assert "version table, accounts.0003_step" in result.err
    assert "city" in columns(database)


def test_what_has_no_way_back_is_refused(tmp_path: Path, database: Database) -> None:
    """An irreversible revision is no less so because its file is gone."""
    project = two_apps(tmp_path, database.url)
    add(project, "accounts.0003_city", ["0002_nick"], CITY, 'irreversible = "because"')
    project.ok("migrate")
    lose(project, "accounts.0003_city")
    result = project.run("migrate", "--from-record")
    assert (result.code, "accounts.0003_city has no file, and the version table has no way back" in result.err) == (
        7,
        True,
    )
    assert "city" in columns(database)


def test_rows_of_older_versions_are_followed_down_the_live_schema(project: ProjectFolder, database: Database) -> None:
    """Rows that hold `down` alone, as minimig wrote them once: the live schema is read, and rows stay."""
    with database.engine.begin() as connection:
        version = sa.table("minimig_version", sa.column("name"), sa.column("way_back"))
        for name, text in connection.execute(sa.select(version.c.name, version.c.way_back)).all():
            down = "import sqlalchemy as sa\n\nfrom minimig import ops\n\ndown = " + text.partition("\n\ndown = ")[2]
            connection.execute(sa.update(version).where(version.c.name == name).values(way_back=down))
    project.ok("migrate", "--from-record")
    assert columns(database) == ["id", "nick"]
    assert nicks(database) == ["kim"]
    assert project.ok("check", "--database").code == 0


def test_a_squash_is_taken_back_with_the_rows_that_it_stands_for(tmp_path: Path, database: Database) -> None:
    """Applied as a squash, all files gone: its text takes it back, and the rows of what it replaced go too."""
    project = two_apps(tmp_path, database.url)
    project.ok("squashmigrations", "accounts", "--no-input")
    project.ok("migrate", "accounts")
    lose(project, "accounts.0001_users", "accounts.0002_nick", "accounts.0001_squashed_0002_nick")
    add(project, "shop.0002_owner", ["0001_carts"], 'ops.AddColumn("carts", sa.Column("user_id", sa.Integer))')
    project.ok("migrate", "--from-record")
    assert "users" not in sa.inspect(database.engine).get_table_names()
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM minimig_version WHERE app = 'accounts'").scalar() == 0


def test_a_squash_from_the_future_only_loses_its_row(tmp_path: Path, database: Database) -> None:
    """Applied as a squash, then the files from before it: what they say stays, and the squash is forgotten."""
    project = two_apps(tmp_path, database.url)
    project.ok("squashmigrations", "accounts", "--no-input")
    project.ok("migrate")
    lose(project, "accounts.0001_squashed_0002_nick")
    project.ok("migrate", "--from-record")
    assert columns(database) == ["id", "nick"]
    assert "Nothing to do" in project.ok("migrate").out


def test_state_and_database_apart(tmp_path: Path, database: Database) -> None:
    """An operation whose way back remembers two states is taken back as its file would."""
    project = two_apps(tmp_path, database.url)
    apart = f"ops.SeparateStateAndDatabase(state_operations=[{CITY}], database_operations=[{CITY}])"
    add(project, "accounts.0003_city", ["0002_nick"], apart)
    project.ok("migrate")
    lose(project, "accounts.0003_city")
    project.ok("migrate", "--from-record")
    assert columns(database) == ["id", "nick"]
