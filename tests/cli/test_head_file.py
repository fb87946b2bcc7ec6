"""The head file: git conflicts on it where two branches add a revision, and check --heads says what is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from support.histories import add, two_apps
from support.projects import ProjectFolder

HEAD = "accounts/migrations/HEAD"
CHANGE = 'ops.AddColumn("users", sa.Column("{}", sa.Integer))'


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Two apps with head files."""
    folder = two_apps(tmp_path, f"sqlite:///{tmp_path}/test.db")
    folder.write("minimig.toml", "head_file = true\n" + folder.read("minimig.toml"))
    folder.ok("heads", "--write")
    return folder


def names(project: ProjectFolder, app: str = "accounts") -> list[str]:
    """The names in the head file of an app, its comment left out."""
    lines: list[str]
    first, *lines = project.read(f"{app}/migrations/HEAD").splitlines()
    assert first.startswith("# The newest revision of this app")
    return lines


def git(project: ProjectFolder, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git in the project, as nobody in particular and with nobody's configuration."""
    person = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *person, *arguments], cwd=project.path, capture_output=True, text=True, check=False)


def test_each_command_keeps_it(project: ProjectFolder) -> None:
    """Whatever writes or renames revision files writes the head file too, and check --heads is content."""
    assert (names(project), names(project, "shop")) == (["0002_nick"], ["0002_owner"])
    project.ok("makemigrations", "accounts", "--empty", "-n", "third")
    assert names(project) == ["0003_third"]
    project.ok("check", "--heads")
    add(project, "accounts.0003_wip", ["0002_nick"], CHANGE.format("wip"))
    assert project.run("check", "--heads").code == 4
    project.ok("rebase", "accounts", "0003_third")
    assert names(project) == ["0004_wip"]
    add(project, "accounts.0004_other", ["0003_third"], CHANGE.format("other"))
    project.ok("merge", "accounts", "-n", "both")
    assert names(project) == ["0005_both"]
    project.ok("optimizemigration", "shop", "0002", "--check")
    project.ok("squashmigrations", "accounts", "-n", "all")
    assert names(project) == ["0001_all"]
    project.ok("check", "--heads")


def test_update_gives_it_the_new_name(project: ProjectFolder) -> None:
    """makemigrations --update may rename the newest file."""
    models = project.read("shop/models.py")
    project.write("shop/models.py", models + "\nusers.append_column(sa.Column('age', sa.Integer))\n")
    project.ok("makemigrations", "accounts")
    assert names(project) == ["0003_add_age_to_users"]
    project.write("shop/models.py", models + "\nusers.append_column(sa.Column('years', sa.Integer))\n")
    project.ok("makemigrations", "accounts", "--update", "--rename", "users.age:years")
    assert names(project) != ["0003_add_age_to_users"]
    assert names(project) == [project.files("accounts/migrations/0003*")[0].split("/")[-1].removesuffix(".py")]


def test_it_is_written_beside_the_others_by_optimize(project: ProjectFolder) -> None:
    """A file that replaces another one is the newest then."""
    add(project, "accounts.0003_two", ["0002_nick"], f"{CHANGE.format('a')}, ops.DropColumn('users', 'a')")
    project.ok("optimizemigration", "accounts", "0003", "--new")
    assert names(project) == ["0003_two_optimized"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_conflicts_on_it(project: ProjectFolder) -> None:
    """Two branches that both add a revision do not merge in silence; rebase mends the file and git goes on."""
    assert git(project, "init", "-q", "-b", "main").returncode == 0
    git(project, "add", ".")
    git(project, "commit", "-qm", "start")
    git(project, "switch", "-qc", "feature")
    project.ok("makemigrations", "accounts", "--empty", "-n", "theirs")
    git(project, "add", ".")
    git(project, "commit", "-qm", "theirs")
    git(project, "switch", "-q", "main")
    project.ok("makemigrations", "accounts", "--empty", "-n", "mine")
    git(project, "add", ".")
    git(project, "commit", "-qm", "mine")
    merged = git(project, "merge", "feature")
    assert merged.returncode == 1
    assert f"Merge conflict in {HEAD}" in merged.stdout
    told = project.run("check", "--heads")
    assert told.code == 4
    assert "accounts has 2 heads" in told.out
    assert f"{HEAD}: it holds a conflict that git left" in told.out
    assert "minimig rebase accounts" in told.out
    project.ok("showmigrations")  # nothing else minds
    project.ok("makemigrations", "shop", "--empty")
    assert "<<<<<<<" in project.read(HEAD)  # nobody has settled it
    project.ok("rebase", "accounts", "0003_mine")
    assert names(project) == ["0004_theirs"]
    project.ok("check", "--heads")
    git(project, "add", ".")
    assert git(project, "commit", "-qm", "merged").returncode == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "it is missing"),
        ("# ours\n0001_users\n", "it says 0001_users, and the newest is 0002_nick"),
        ("", "it says nothing"),
        ("<<<<<<< ours\n0002_nick\n=======\n0002_x\n>>>>>>> theirs\n", "it holds a conflict that git left"),
    ],
)
def test_what_is_wrong_with_it_is_told_and_mended(project: ProjectFolder, text: str | None, said: str) -> None:
    """As text and as JSON, with exit code 4 and the command that writes it anew, which says which file it wrote."""
    if text is None:
        (project.path / HEAD).unlink()
    else:
        project.write(HEAD, text)
    told = project.run("check", "--heads")
    assert told.code == 4
    assert f"{HEAD}: {said}" in told.out
    assert "Run: minimig heads --write" in told.out
    found = json.loads(project.run("check", "--heads", "--json").out)
    assert found["clean"] is False
    assert found["head_files"][0]["app"] == "accounts"
    assert project.ok("heads", "--write").err == f"Wrote {HEAD}.\n"
    project.ok("check", "--heads")


def test_without_the_key_there_is_none(tmp_path: Path) -> None:
    """Off by default: no file is written, none is missed, and --write says which key it needs."""
    folder = two_apps(tmp_path, "sqlite://")
    folder.ok("makemigrations", "accounts", "--empty")
    assert folder.files("*/migrations/HEAD") == []
    folder.ok("check", "--heads")
    refused = folder.run("heads", "--write")
    assert (refused.code, "head_file = true" in refused.err) == (2, True)
    folder.write("minimig.toml", 'head_file = "yes"\n' + folder.read("minimig.toml"))
    refused = folder.run("heads")
    assert (refused.code, "`head_file` must be true or false" in refused.err) == (1, True)
