"""`minimig showmigrations`: every revision, what the database has of it, and what it has besides."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

DATE = r"applied \d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> ProjectFolder:
    """Two apps with two revisions each, on an empty SQLite database."""
    return two_apps(tmp_path, sqlite_database.url)


def test_each_app_lists_its_revisions(project: ProjectFolder) -> None:
    """Without options: app by app in the order of the configuration, a box for each revision."""
    project.ok("migrate", "shop", "0001")
    assert project.ok("showmigrations").out == (
        "accounts\n  [ ] 0001_users\n  [ ] 0002_nick\nshop\n  [X] 0001_carts\n  [ ] 0002_owner\n"
    )
    assert project.ok("showmigrations", "shop").out == "shop\n  [X] 0001_carts\n  [ ] 0002_owner\n"
    assert project.ok("showmigrations", "shop", "accounts").out.startswith("shop\n")
    refused = project.run("showmigrations", "shoop")
    assert refused.code == 2
    assert "did you mean shop?" in refused.err


def test_the_plan_is_the_order_of_a_run(project: ProjectFolder) -> None:
    """--plan is one list across apps, dependencies first; -v adds them; an app brings what it needs."""
    assert project.ok("showmigrations", "--plan").out == (
        "[ ] accounts.0001_users\n[ ] accounts.0002_nick\n[ ] shop.0001_carts\n[ ] shop.0002_owner\n"
    )
    lines = project.ok("showmigrations", "--plan", "-v").out.splitlines()
    assert lines[0] == "[ ] accounts.0001_users"
    assert lines[3] == "[ ] shop.0002_owner      after accounts.0002_nick, shop.0001_carts"
    assert project.ok("showmigrations", "--plan", "accounts").out.count("\n") == 2
    assert project.ok("showmigrations", "--plan", "shop").out.count("\n") == 4


def test_dates_of_application(tmp_path: Path, database: Database) -> None:
    """-v shows when each was applied, in the list and in the plan; without it there is no date."""
    project = two_apps(tmp_path, database.url)
    project.ok("migrate", "accounts")
    assert "applied" not in project.ok("showmigrations").out
    listed = project.ok("showmigrations", "-v").out
    assert len(re.findall(rf"\[X\] \w+ +{DATE}$", listed, re.MULTILINE)) == 2
    assert re.search(r"\[ \] 0001_carts$", listed, re.MULTILINE)
    planned = project.ok("showmigrations", "--plan", "-v").out
    assert re.search(rf"\[X\] accounts\.0002_nick   {DATE}  after accounts\.0001_users$", planned, re.MULTILINE)


def test_rows_without_a_file_are_shown(project: ProjectFolder, sqlite_database: Database) -> None:
    """A row whose file is gone, and one of an app that is not configured, are listed as such."""
    project.ok("migrate")
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO minimig_version (app, name) VALUES ('blog', '0001_old')")
    (project.path / "shop/migrations/0002_owner.py").unlink()
    out = project.ok("showmigrations").out
    assert "  [X] 0002_owner  no such file\n" in out
    assert out.endswith("  [X] blog.0001_old  no such file\n")
    assert "[X] shop.0002_owner      no such file" in project.ok("showmigrations", "--plan").out
    only = project.ok("showmigrations", "accounts").out
    assert "0002_owner" not in only
    assert "blog" not in only
    assert "warning: the database has shop.0002_owner" in project.run("migrate").err


def test_conflicting_heads_are_shown(project: ProjectFolder) -> None:
    """Two heads of one app stop migrate, but not the list, nor the plan, nor another app."""
    project.ok("migrate", "shop", "0001")
    for name in ("0003_left", "0003_right"):
        add(project, f"shop.{name}", ["0002_owner"], f'ops.AddColumn("carts", sa.Column("{name[5:]}", sa.Integer))')
    assert project.run("migrate").code == 1
    out = project.ok("showmigrations", "shop").out
    assert "[X] 0001_carts" in out
    assert "[ ] 0003_left\n  [ ] 0003_right\n" in out
    assert project.ok("showmigrations", "--plan").out.count("\n") == 6
    project.ok("migrate", "accounts")


def test_looking_leaves_nothing_behind(tmp_path: Path, database: Database) -> None:
    """An empty database stays empty, and a project without revisions says so."""
    project = two_apps(tmp_path, database.url)
    project.ok("showmigrations")
    assert sa.inspect(database.engine).get_table_names() == []
    for name in project.files("*/migrations/*.py"):
        (project.path / name).unlink()
    assert project.ok("showmigrations").out == "accounts\n  (no migrations)\nshop\n  (no migrations)\n"
    assert project.ok("showmigrations", "--plan").out == "(no migrations)\n"
    assert "Nothing to do" in project.ok("migrate").out
    assert sa.inspect(database.engine).get_table_names() == []


@pytest.fixture
def broken(project: ProjectFolder) -> ProjectFolder:
    """All applied, and then a file that is no Python, a missing parent, a circle, and a row whose file is gone."""
    project.ok("migrate")
    project.write("shop/migrations/0002_owner.py", "up = [")
    project.write("shop/migrations/0005_bad.py", "up = [")
    add(project, "shop.0003_next", ["0002_owner", "0009_gone"], "")
    add(project, "shop.0006_six", ["0007_seven"], "")
    add(project, "shop.0007_seven", ["0006_six"], "")
    (project.path / "accounts/migrations/0002_nick.py").unlink()
    return project


def test_a_broken_history_is_listed(broken: ProjectFolder) -> None:
    """What can be read is there; a file that cannot is not called missing; what is wrong stands on stderr, code 1."""
    listed = broken.run("showmigrations")
    assert listed.code == 1
    assert listed.out == (
        "accounts\n  [X] 0001_users\n  [X] 0002_nick   no such file\n"
        "shop\n  [X] 0001_carts\n  [ ] 0003_next\n  [ ] 0006_six\n  [ ] 0007_seven\n"
        "  [X] 0002_owner  its file is broken\n  [ ] 0005_bad    its file is broken\n"
    )
    for words in ("0002_owner.py:1", "0005_bad.py:1", "shop.0009_gone", "in a circle"):
        assert words in listed.err
    assert "Traceback" not in listed.err
    assert (
        broken.run("showmigrations", "accounts").out == "accounts\n  [X] 0001_users\n  [X] 0002_nick   no such file\n"
    )


def test_the_plan_of_a_broken_history(broken: ProjectFolder) -> None:
    """--plan goes on as well, and says the same of each."""
    planned = broken.run("showmigrations", "--plan")
    assert planned.code == 1
    assert "[X] shop.0002_owner      its file is broken\n" in planned.out
    assert "[X] accounts.0002_nick   no such file\n" in planned.out
    assert "in a circle" in planned.err


def test_a_broken_history_as_json(broken: ProjectFolder) -> None:
    """--json has each problem, and which rows are of a broken file and which of none."""
    shown = broken.run("showmigrations", "--json")
    assert shown.code == 1
    told = json.loads(shown.out)
    rows = {row["revision"]: row for row in told["migrations"]}
    assert (rows["shop.0002_owner"]["broken"], rows["shop.0002_owner"]["on_disk"]) == (True, True)
    assert rows["shop.0002_owner"]["applied"]
    assert (rows["accounts.0002_nick"]["broken"], rows["accounts.0002_nick"]["on_disk"]) == (False, False)
    assert any("circle" in problem["message"] for problem in told["problems"])


def test_current_tells_broken_from_missing(broken: ProjectFolder) -> None:
    """`current` names the file that is broken as such too."""
    told = broken.run("current")
    assert told.code == 1
    assert "shop.0002_owner  its file is broken\n" in told.out
    assert "accounts.0002_nick  no such file\n" in told.out


def test_a_squash_that_does_not_stand_is_shown(project: ProjectFolder) -> None:
    """A part of what it replaces is applied and the rest is gone: told, shown, and no command that looks stops."""
    project.ok("migrate", "shop", "0001")
    project.ok("squashmigrations", "shop", "-n", "all")
    assert "no such file" not in project.ok("current").out
    (project.path / "shop/migrations/0002_owner.py").unlink()
    for command in (["showmigrations"], ["showmigrations", "--plan"], ["current"], ["history", "-i"]):
        shown = project.run(*command)
        assert shown.code == 1
        assert "the files of the rest are gone" in shown.err
        assert "0001_all" in shown.out or command == ["current"]


def test_current_after_a_squash(project: ProjectFolder) -> None:
    """With all that a squash replaces applied, the squash is where the database stands."""
    project.ok("migrate")
    project.ok("squashmigrations", "shop", "-n", "all")
    told = project.ok("current", "--check-heads").out
    assert "shop.0001_all" in told
    assert "no such file" not in told
    assert project.ok("current", "shop", "--check-heads").code == 0
