"""squashmigrations --finish: the squash becomes a revision like any other, and what may not end yet is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from minimig.cli.context import Session
from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

COMMAND = ("squashmigrations", "accounts", "0001_all", "--finish")


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """A squash of the app accounts, one of whose revisions another app and a tag name."""
    folder = two_apps(tmp_path, database.url)
    folder.ok("tag", "start", "accounts.0001")
    folder.ok("squashmigrations", "accounts", "-n", "all")
    return folder


def applied(database: Database) -> set[str]:
    """The version table."""
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT app, name FROM minimig_version")
        return {f"{app}.{name}" for app, name in rows}


def test_the_whole_life_of_a_squash(project: ProjectFolder, database: Database) -> None:
    """Applied from its old files, recorded, ended, pruned: one revision, everything follows, and both ways work."""
    project.ok("migrate", "accounts.0001_users")
    assert "Recorded accounts.0001_all: all that it replaces is applied" in project.ok("migrate").out
    told = project.ok(*COMMAND, "--delete")
    assert "  - accounts/migrations/0001_users.py\n  - accounts/migrations/0002_nick.py\n" in told.out
    assert "  ~ accounts/migrations/0001_all.py replaces nothing any more\n" in told.out
    assert "  ~ shop/migrations/0002_owner.py follows\n" in told.out
    assert project.files("accounts/migrations/*") == [
        "accounts/migrations/0001_all.py",
        "accounts/migrations/REVISION_TAGS",
    ]
    assert "replaces" not in project.read("accounts/migrations/0001_all.py")
    assert '"accounts.0001_all"' in project.read("shop/migrations/0002_owner.py")
    assert project.read("accounts/migrations/REVISION_TAGS") == "start = 0001_all\n"
    refused = project.run("migrate", "--from-record")
    assert (refused.code, "minimig migrate --prune" in refused.err) == (1, True)
    pruned = project.ok("migrate", "--prune").out
    assert "accounts.0001_users" in pruned
    assert applied(database) == {"accounts.0001_all", "shop.0001_carts", "shop.0002_owner"}
    project.ok("check")
    project.ok("migrate", "accounts", "zero")
    project.ok("migrate")


def test_a_database_that_still_needs_it(project: ProjectFolder) -> None:
    """Some rows of what is replaced and none of the squash: refused with what to do, and no file is touched."""
    project.ok("migrate", "accounts.0001_users")
    files = {name: project.read(name) for name in project.files("*/migrations/*")}
    refused = project.run(*COMMAND, "--delete")
    assert refused.code == 7
    assert "has not recorded accounts.0001_all" in refused.err
    assert "run minimig migrate there first" in refused.err
    assert files == {name: project.read(name) for name in project.files("*/migrations/*")}


def test_it_asks_before_it_deletes(project: ProjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal it is a question with exit code 3, at one an answer decides; a dry run shows all."""
    files = project.files("*/migrations/*")
    assert "Nothing is written." in project.ok(*COMMAND, "--dry-run").out
    told = json.loads(project.ok(*COMMAND, "--dry-run", "--json").out)
    assert (len(told["deleted"]), len(told["edited"]), told["written"]) == (2, 2, False)
    asked = project.run(*COMMAND)
    assert (asked.code, "--delete" in asked.err) == (3, True)
    monkeypatch.setattr(Session, "interactive", True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert project.run(*COMMAND).code == 130
    assert project.files("*/migrations/*") == files
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "y")
    project.ok(*COMMAND)
    assert len(project.files("*/migrations/*.py")) == len(files) - 3


def test_a_replaced_file_that_has_changed(project: ProjectFolder) -> None:
    """The squash does not know of the change, so deleting the file would lose it."""
    path = "accounts/migrations/0002_nick.py"
    project.write(path, project.read(path).replace("sa.String(40)", "sa.String(50)"))
    refused = project.run(*COMMAND, "--delete")
    assert refused.code == 1
    assert "leads elsewhere: column users.nick differs" in refused.err
    assert path in project.files("*/migrations/*")


def test_words_that_fit_nothing(project: ProjectFolder) -> None:
    """No squash, no such name, a squash that is replaced itself, options of another errand: each with a way on."""
    add(project, "accounts.0003_last", ["0001_all"], "")
    for words, said in (
        (("accounts", "0003_last"), "replaces nothing"),
        (("accounts", "0001_al_"), "did you mean 0001_all?"),
        (("accounts",), "for example"),
        (("accounts", "0001_all", "--verify"), "--finish takes"),
    ):
        refused = project.run("squashmigrations", *words, "--finish")
        assert (refused.code, said in refused.err) == (2, True), refused.err
    assert project.run("squashmigrations", "accounts", "--delete").code == 2
    project.ok("squashmigrations", "accounts", "-n", "more")
    refused = project.run(*COMMAND)
    assert (refused.code, "finish accounts.0001_more instead" in refused.err) == (2, True)
