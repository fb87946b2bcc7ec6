"""Revisions that come late, behind one that is applied: allowed, warned of, or refused; and `check --heads`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

CITY, MAIL = (f'ops.AddColumn("users", sa.Column("{name}", sa.String(40)))' for name in ("city", "mail"))


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """0003_mail of a branch is applied; 0003_city of another one arrives, and a merge."""
    folder = two_apps(tmp_path, database.url)
    add(folder, "accounts.0003_mail", ["0002_nick"], MAIL)
    folder.ok("migrate")
    add(folder, "accounts.0003_city", ["0002_nick"], CITY)
    add(folder, "accounts.0004_merge", ["0003_city", "0003_mail"], "")
    return folder


def applied(database: Database) -> set[str]:
    """The names in the version table."""
    with database.engine.connect() as connection:
        return set(connection.exec_driver_sql("SELECT name FROM minimig_version").scalars())


def test_the_late_one_is_warned_of(project: ProjectFolder, database: Database) -> None:
    """By default it is named in the plan, on stderr and in the JSON, and applied; the merge after it is not late."""
    planned = project.ok("migrate", "--plan")
    assert [line for line in planned.out.splitlines() if "(out of order)" in line] == [
        "  accounts.0003_city  (out of order)"
    ]
    warning = "warning: accounts.0003_city comes out of order: accounts.0003_mail is applied already\n"
    assert planned.err == warning
    told = json.loads(project.ok("migrate", "--plan", "--json").out)
    assert told["out_of_order"] == {"accounts.0003_city": "accounts.0003_mail"}
    assert warning in project.ok("migrate").err
    assert {"0003_city", "0004_merge"} <= applied(database)
    assert project.ok("migrate", "accounts", "0001", "--plan").err == ""


def test_it_may_be_refused(project: ProjectFolder, database: Database) -> None:
    """With `error` nothing runs and both are named; one run may be allowed; taking back is no matter of order."""
    project.write("minimig.toml", 'out_of_order = "error"\n' + project.read("minimig.toml"))
    result = project.run("migrate")
    assert result.code == 7
    assert "out of order: accounts.0003_city, and accounts.0003_mail is applied already" in result.err
    assert "0003_city" not in applied(database)
    allowed = project.run("migrate", env={"MINIMIG_OUT_OF_ORDER": "allow"})
    assert allowed.code == 0
    assert "out of order" not in allowed.err
    project.ok("migrate", "accounts", "zero")
    project.ok("migrate")


def test_an_older_place_in_another_app_is_no_matter(project: ProjectFolder) -> None:
    """Order counts within an app: a first revision of another one is never late."""
    project.write("minimig.toml", 'out_of_order = "error"\n' + project.read("minimig.toml"))
    add(project, "accounts.0003_city", ["0002_nick", "0003_mail"], CITY)
    project.ok("migrate", "shop", "zero")
    project.ok("migrate")


def test_the_word_is_checked(project: ProjectFolder) -> None:
    """A word that is none of the three is a mistake in the configuration, with the nearest as hint."""
    result = project.run("migrate", env={"MINIMIG_OUT_OF_ORDER": "erorr"})
    assert (result.code, "did you mean error?" in result.err) == (1, True)


def test_check_heads_needs_neither_models_nor_database(project: ProjectFolder) -> None:
    """Two heads end with 4 and are named; with the merge there is one; broken models do not matter."""
    project.write("shop/models.py", "import nothing_of_the_kind\n")
    bare = ProjectFolder(project.path, None)
    assert bare.ok("check", "--heads").out == "Each app has one head.\n"
    (project.path / "accounts/migrations/0004_merge.py").unlink()
    result = bare.run("check", "--heads")
    assert result.code == 4
    assert result.out.splitlines() == [
        "accounts has 2 heads. Run: minimig makemigrations --merge accounts",
        "  accounts.0003_city",
        "  accounts.0003_mail",
    ]
    told = bare.run("check", "--heads", "--json")
    assert (told.code, json.loads(told.out)["heads"]) == (4, {"accounts": ["accounts.0003_city", "accounts.0003_mail"]})


def test_what_a_run_says_besides(project: ProjectFolder, database: Database) -> None:
    """A heading with the database, the configuration with -v, and a word about models that no file knows."""
    heading = project.ok("migrate").err
    assert "Running 2 migrations on " in heading
    assert sa.make_url(database.url).database in heading
    more = project.ok("migrate", "-v")
    assert f"Configuration: {project.path / 'minimig.toml'}" in more.err
    assert "The models differ from the revision files." in more.out
    assert project.ok("migrate").out == "Nothing to do: the database is up to date.\n"


def test_a_plan_marks_what_cannot_be_taken_back(project: ProjectFolder) -> None:
    """A step without a reverse is named, with the reason, before it is applied; others are not."""
    add(project, "shop.0003_wipe", ["0002_owner"], 'ops.RunSQL("DELETE FROM carts")')
    out = project.ok("migrate", "--plan").out
    assert [line.strip() for line in out.splitlines() if line.strip().startswith("!")] == [
        "! run SQL DELETE FROM carts has no reverse"
    ]
    steps = json.loads(project.ok("migrate", "--plan", "--json").out)["steps"]
    assert [step["irreversible"] is not None for step in steps] == [False, False, True]


def test_the_warning_comes_before_the_run(project: ProjectFolder) -> None:
    """Somebody who reads it can still stop the run; one that fails has been warned of too."""
    add(project, "accounts.0003_city", ["0002_nick"], 'ops.RunSQL("SELECT nonsense FROM nowhere")')
    failed = project.run("migrate")
    assert failed.code != 0
    warning = "warning: accounts.0003_city comes out of order"
    assert 0 <= failed.err.index(warning) < failed.err.index("error MM")
    assert failed.err.count(warning) == 1


def test_a_place_that_is_reached_already(project: ProjectFolder) -> None:
    """`migrate` to where the database is says so, and what is not applied; it is not up to date then."""
    project.ok("migrate", "accounts", "0002")
    at = project.ok("migrate", "accounts", "0002")
    assert at.out == "Nothing to do: the database is at accounts.0002_nick already; 3 later revisions pending.\n"
    assert len(json.loads(project.ok("migrate", "accounts", "0002", "--json").out)["pending"]) == 3
    project.ok("migrate", "accounts")
    assert project.ok("migrate", "accounts").out == "Nothing to do: accounts is up to date.\n"
    project.ok("migrate", "accounts", "zero")
    at = project.ok("migrate", "accounts", "zero")
    assert "the database is without any revision of accounts already; 5 later revisions pending" in at.out
