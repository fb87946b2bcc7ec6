"""rebase: a branch put behind the other, files renumbered, and all that names them follows."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.cli.context import Session
from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

COLUMN = 'ops.AddColumn("users", sa.Column("{}", sa.Integer))'


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """`accounts` has two heads: `main` of one file, `mine` of two; `shop` depends on mine, and a tag is at it."""
    folder = two_apps(tmp_path, database.url)
    add(folder, "accounts.0003_main", ["0002_nick"], COLUMN.format("main"))
    add(folder, "accounts.0003_mine", ["0002_nick"], COLUMN.format("mine"))
    text = folder.read("accounts/migrations/0003_mine.py").replace('"""A revision."""', '"""Mine."""  # kept')
    folder.write("accounts/migrations/0003_mine.py", text)
    add(folder, "accounts.0004_more", ["0003_mine"], COLUMN.format("more"))
    add(folder, "shop.0003_uses", ["0002_owner", "accounts.0004_more"], "")
    folder.write("accounts/migrations/REVISION_TAGS", "# ours\nwip = 0004_more  # not yet\nold = 0001_users\n")
    return folder


def columns(database: Database) -> list[str]:
    """The columns of `users`, in their order."""
    return [column["name"] for column in sa.inspect(database.engine).get_columns("users")]


def test_the_branch_moves(project: ProjectFolder, database: Database) -> None:
    """One line of revisions comes of it: names, dependencies and tags follow, all else in the files stays."""
    before = project.read("accounts/migrations/0003_mine.py")
    out = project.ok("rebase", "accounts", "0003_main").out
    assert "accounts.0003_mine -> accounts.0004_mine  after accounts.0003_main" in out
    assert "shop/migrations/0003_uses.py names them, and follows" in out
    assert project.files("accounts/migrations/*.py") == [
        f"accounts/migrations/{name}.py" for name in ("0001_users", "0002_nick", "0003_main", "0004_mine", "0005_more")
    ]
    assert project.read("accounts/migrations/0004_mine.py") == before.replace(
        "'accounts.0002_nick'", '"accounts.0003_main"'
    )
    assert '"accounts.0005_more"' in project.read("shop/migrations/0003_uses.py")
    assert project.read("accounts/migrations/REVISION_TAGS") == "# ours\nwip = 0005_more  # not yet\nold = 0001_users\n"
    assert project.files("*/migrations/.*") == []
    project.ok("migrate")
    assert columns(database) == ["id", "nick", "main", "mine", "more"]


def test_a_dry_run_writes_nothing(project: ProjectFolder) -> None:
    """The plan is told, as text and as JSON, and every file is as it was."""
    files = {name: (project.path / name).read_bytes() for name in project.files("*/migrations/*")}
    told = json.loads(project.ok("rebase", "accounts", "0003_main", "--dry-run", "--json").out)
    assert told["moves"] == [
        {"from": "accounts.0003_mine", "to": "accounts.0004_mine"},
        {"from": "accounts.0004_more", "to": "accounts.0005_more"},
    ]
    assert "would be moved" in project.ok("rebase", "accounts", "0003_main", "--dry-run").out
    assert {name: (project.path / name).read_bytes() for name in project.files("*/migrations/*")} == files


def test_the_database_decides(project: ProjectFolder, database: Database) -> None:
    """Without a head to stand on, the branch that the database has not had moves; one that it has had never does."""
    assert project.run("rebase", "accounts").code == 3
    project.ok("stamp", "accounts.0003_main")
    assert "behind accounts.0003_main" in project.ok("rebase", "accounts", "--dry-run").out
    refused = project.run("rebase", "accounts", "0004_more")
    assert refused.code == 7
    assert "accounts.0003_main is applied" in refused.err
    assert "minimig downgrade accounts.0002_nick" in refused.err
    project.ok("rebase", "accounts")
    assert len(project.ok("heads", "accounts").out.splitlines()) == 1


def test_without_a_database(project: ProjectFolder) -> None:
    """It works where no database is configured, or none answers, once told what stays."""
    nowhere = ProjectFolder(project.path)
    assert "no database is configured" in nowhere.run("rebase", "accounts").err
    lost = ProjectFolder(project.path, "postgresql://nobody@127.0.0.1:1/none")
    assert "cannot connect" in lost.run("rebase", "accounts").err
    assert "note: the database was not asked" in lost.ok("rebase", "accounts", "0003_main", "--dry-run").err
    assert "note:" not in nowhere.ok("rebase", "accounts", "0003_main").err


def test_a_chain_that_leads_nowhere(project: ProjectFolder) -> None:
    """Both branches make the same column: no file is touched, and the error names the file that there is."""
    add(project, "accounts.0003_mine", ["0002_nick"], COLUMN.format("main"))
    files = project.files("accounts/migrations/*")
    result = project.run("rebase", "accounts", "0003_main")
    assert result.code == 1
    assert "lead to no schema" in result.err
    assert "0003_mine.py, up[0]" in result.err
    assert project.files("accounts/migrations/*") == files


def test_a_clash_that_replays_is_told(project: ProjectFolder) -> None:
    """Two changes of one column are in one order now; that, and a way down that no longer leads back, is a note."""
    for name, length in (("main", 80), ("mine", 90)):
        change = f'ops.AlterColumn("users", "nick", type=sa.String({length}))]\n'
        down = 'down = [ops.AlterColumn("users", "nick", type=sa.String(40))'
        add(project, f"accounts.0003_{name}", ["0002_nick"], change + down)
    result = project.ok("rebase", "accounts", "0003_main")
    assert "touch the same; from now on they run in this order" in result.err
    assert "the way down of accounts.0004_mine does not lead back" in result.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["shop"], 2, "nothing to rebase"),
        (["nobody"], 2, "no app"),
        (["accounts", "0002"], 2, "no head"),
        (["accounts", "zero"], 2, "no revision"),
    ],
)
def test_words_that_do_not_fit(project: ProjectFolder, words: list[str], code: int, said: str) -> None:
    """Each is refused with its reason."""
    result = project.run("rebase", *words)
    assert (result.code, said in result.err) == (code, True), result.text


def test_three_heads(project: ProjectFolder) -> None:
    """Which of two others should move is not guessed."""
    add(project, "accounts.0003_third", ["0002_nick"], "")
    result = project.run("rebase", "accounts", "0003_main")
    assert result.code == 3
    assert "minimig merge accounts.0003_third accounts.0004_more" in result.err


def test_a_person_chooses(project: ProjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal the open question is asked; --no-input leaves it open."""
    monkeypatch.setattr(Session, "interactive", True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "2")
    assert project.run("rebase", "accounts", "--no-input").code == 3
    assert "behind accounts.0004_more" in project.ok("rebase", "accounts", "--dry-run").out


def test_a_squash_with_its_files_is_not_moved(project: ProjectFolder) -> None:
    """The squash and what it replaces would have to move as one, so a person is asked to take one away."""
    replaced = ["accounts.0003_mine", "accounts.0004_more"]
    add(project, "accounts.0003_squashed", ["0002_nick"], COLUMN.format("m"), f"replaces = {replaced}")
    result = project.run("rebase", "accounts", "0003_main")
    assert result.code == 2
    assert "delete the squash, rebase, and squash again" in result.err


def test_a_branch_with_a_merge_in_it(project: ProjectFolder) -> None:
    """A merge of the main line into the branch keeps its place, and what it no longer needs goes."""
    add(project, "accounts.0004_main", ["0003_main"], COLUMN.format("main2"))
    add(project, "accounts.0005_merge", ["0004_more", "0003_main"], "")
    project.ok("rebase", "accounts", "0004_main")
    assert "'accounts.0003_main'" not in project.read("accounts/migrations/0007_merge.py")
    assert 'dependencies = ["accounts.0006_more"]' in project.read("accounts/migrations/0007_merge.py")
    assert len(project.ok("heads", "accounts").out.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_file_that_moves_keeps_its_permissions(project: ProjectFolder) -> None:
    """The renamed file, and one that only follows, may be read and written by the same people as before."""
    folder = project.path / "accounts/migrations"
    (folder / "0003_mine.py").chmod(0o640)
    (folder / "0004_more.py").chmod(0o600)
    project.ok("rebase", "accounts", "0003_main")
    modes = [(folder / name).stat().st_mode & 0o777 for name in ("0004_mine.py", "0005_more.py")]
    assert modes == [0o640, 0o600]


def test_a_revision_comes_between_two_others(tmp_path: Path) -> None:
    """A branch that begins in the middle, and what came after behind it: one line, with the new file in between."""
    project = two_apps(tmp_path, f"sqlite:///{tmp_path}/test.db")
    project.ok("migrate", "accounts", "0001")
    project.ok("makemigrations", "accounts", "--empty", "--head", "0001", "--splice", "-n", "between")
    [name] = [file for file in project.files("accounts/migrations/*") if "between" in file]
    project.ok("rebase", "accounts", Path(name).stem)
    planned = project.ok("showmigrations", "--plan", "accounts").out.splitlines()
    assert [line[:3] for line in planned] == ["[X]", "[ ]", "[ ]"]
    assert [line.rpartition("_")[2] for line in planned] == ["users", "between", "nick"]
    project.ok("migrate")
