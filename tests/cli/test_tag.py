"""tag: names for places in a history, usable wherever a revision is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

TAGS = "accounts/migrations/REVISION_TAGS"


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Two apps with two revisions each."""
    return two_apps(tmp_path, f"sqlite:///{tmp_path / 'app.db'}")


def test_a_tag_is_a_line(project: ProjectFolder) -> None:
    """It is written beside the revisions, listed, moved only by force, and removed; comments and line ends stay."""
    project.write(TAGS, "# ours\r\nold = 0001_users\r\n")
    assert project.ok("tag", "v1.0", "accounts.0001").out == "Tagged v1.0  accounts.0001_users\n"
    raw = (project.path / TAGS).read_bytes()
    assert raw == b"# ours\r\nold = 0001_users\r\nv1.0 = 0001_users\r\n"
    assert "already" in project.run("tag", "old", "accounts.0002").err
    project.ok("tag", "old", "accounts.0002", "--force")
    assert (project.path / TAGS).read_bytes() == raw.replace(b"old = 0001_users", b"old = 0002_nick")
    assert project.ok("tag", "--list").out == "old   accounts.0002_nick\nv1.0  accounts.0001_users\n"
    told = json.loads(project.ok("tag", "--json").out)["tags"]
    assert [(tag["tag"], tag["stale"]) for tag in told] == [("old", False), ("v1.0", False)]
    project.ok("tag", "v1.0", "--delete")
    assert "v1.0" not in project.read(TAGS)
    assert project.run("tag", "v1.0", "--delete").code == 2


def test_a_release_tags_every_app(project: ProjectFolder) -> None:
    """Without a revision each app is tagged at its head; the word alone then asks for the app."""
    project.ok("tag", "v1.0")
    assert project.ok("tag").out.splitlines() == ["v1.0  accounts.0002_nick", "v1.0  shop.0002_owner"]
    result = project.run("migrate", "v1.0")
    assert result.code == 2
    assert "`accounts v1.0` or `shop v1.0`" in result.err


def test_a_tag_is_a_target(tmp_path: Path, database: Database) -> None:
    """migrate, ranges, steps, diff and show take it, with and without the app."""
    project = two_apps(tmp_path, database.url)
    project.ok("tag", "v1.0", "accounts.0001")
    project.ok("tag", "b", "shop.0001_carts")
    project.ok("migrate", "accounts", "v1.0")
    assert "accounts.0001_users  current" in project.ok("current").out
    project.ok("migrate", "v1.0+1")
    assert "accounts.0002_nick  head, current" in project.ok("current").out
    project.ok("migrate", "accounts.v1.0")
    project.ok("migrate", "b")
    assert "0001_carts" in project.ok("history", "shop", "-r", ":b").out
    assert "accounts.0001_users" in project.ok("show", "v1.0").out
    assert project.run("migrate", "accounts", "v1.1").code == 2
    assert "did you mean v1.0?" in project.run("migrate", "accounts", "v1.1").err


def test_a_tag_that_lost_its_revision(project: ProjectFolder) -> None:
    """It is told where it is listed and where it is used, with the way out."""
    project.write(TAGS, "v1 = 0009_gone\n")
    assert "(no such file)" in project.ok("tag").out
    result = project.run("migrate", "accounts", "v1")
    assert result.code == 2
    assert "no such revision file" in result.err
    assert "minimig tag v1 --delete" in result.err


def test_tags_outlive_a_squash(project: ProjectFolder) -> None:
    """While the old files are there a tag leads to them; later to the squash, if it was its end, else that is told."""
    project.ok("tag", "inner", "accounts.0001")
    project.ok("tag", "last", "accounts.0002")
    project.ok("squashmigrations", "accounts", "--no-input")
    assert "Applying accounts.0001_users" in project.ok("migrate", "accounts", "inner").out
    project.ok("migrate", "accounts", "zero")
    for name in ("0001_users", "0002_nick"):
        (project.path / f"accounts/migrations/{name}.py").unlink()
    assert "part of accounts.0001_squashed" in project.run("migrate", "accounts", "inner").err
    assert "Applying accounts.0001_squashed_0002_nick" in project.ok("migrate", "accounts", "last").out


@pytest.mark.parametrize(
    ("line", "number"), [("v1", 2), ("<<<<<<< HEAD", 2), ("a = b = c", 2), ("old = 0001_users", 2)]
)
def test_a_broken_file(project: ProjectFolder, line: str, number: int) -> None:
    """The line is named where a tag is asked for; who names none is not stopped."""
    project.write(TAGS, f"old = 0001_users\n{line}\n")
    result = project.run("tag")
    assert result.code == 1
    assert "REVISION_TAGS:2" in result.err
    project.ok("migrate")


@pytest.mark.parametrize(
    "name",
    ["head", "zero", "current", "0001", "0001_us", "7", "a@b", "a+1", "accounts", "accounts.x", "-x", "lab", "a b"],
)
def test_names_that_mean_something_else(project: ProjectFolder, name: str) -> None:
    """A word that the command line reads otherwise cannot be a tag."""
    add(project, "accounts.0003_label", ["0002_nick"], "", 'labels = ["lab"]')
    result = project.run("tag", "--", name, "accounts.0001")
    assert (result.code, "cannot be a tag" in result.err) == (2, True), result.text
    assert not (project.path / TAGS).exists()


def test_words_that_do_not_fit(project: ProjectFolder) -> None:
    """--delete needs a name, --list takes none, zero is no revision."""
    for words in (["--delete"], ["v1", "--list"], ["v1", "accounts.zero"]):
        assert project.run("tag", *words).code == 2
