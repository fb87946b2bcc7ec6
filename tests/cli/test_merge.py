"""merge and makemigrations --merge: the branches shown, whether they commute, and what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from minimig.cli.context import Session
from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

LEFT, RIGHT = (f'ops.AddColumn("carts", sa.Column("{side}", sa.Integer))' for side in ("lft", "rgt"))
WIDER = 'ops.AlterColumn("users", "nick", type=sa.String({}))'


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Two apps; `shop` has two heads that commute."""
    folder = two_apps(tmp_path, "sqlite://")
    add(folder, "shop.0003_left", ["0002_owner"], LEFT)
    add(folder, "shop.0003_right", ["0002_owner"], RIGHT)
    return folder


def clashing(project: ProjectFolder) -> None:
    """Give `accounts` two heads that change one column."""
    add(project, "accounts.0003_wide", ["0002_nick"], WIDER.format(80))
    add(project, "accounts.0003_wider", ["0002_nick"], WIDER.format(90))


def test_the_branches_are_shown(project: ProjectFolder) -> None:
    """Each branch with its operations, that they commute, and the file."""
    out = project.ok("makemigrations", "--merge").out
    assert out.startswith(
        "Merging shop\n"
        "  Branch shop.0003_left\n    + add column carts.lft\n"
        "  Branch shop.0003_right\n    + add column carts.rgt\n"
        "  They commute"
    )
    assert project.files("shop/migrations/0004*") == ["shop/migrations/0004_merge_left_and_right.py"]
    assert project.ok("heads", "shop").out.startswith("shop.0004_merge_left_and_right  head, merge point")


def test_stdout_for_a_program_holds_nothing_else(project: ProjectFolder) -> None:
    """With --json or --scriptable the branches are not shown: stdout is one document, or paths."""
    told = json.loads(project.ok("makemigrations", "--merge", "--json", "--dry-run").out)
    assert [file["revision"] for file in told["files"]] == ["shop.0004_merge_left_and_right"]
    out = project.ok("makemigrations", "--merge", "--scriptable").out
    assert out == "shop/migrations/0004_merge_left_and_right.py\n"


@pytest.mark.parametrize("option", ["--head=shop.0003_left", "--branch-label=x", "--depends-on=x", "--rev-id=x"])
@pytest.mark.parametrize("way", [["--merge"], ["accounts", "--update"]])
def test_a_place_that_would_be_ignored_is_refused(project: ProjectFolder, way: list[str], option: str) -> None:
    """--merge and --update know where the file goes; what says otherwise is an error, and nothing is written."""
    before = project.files("*/migrations/*")
    assert project.run("makemigrations", *way, option).code == 2
    assert project.files("*/migrations/*") == before


def test_a_head_that_another_app_builds_on(project: ProjectFolder) -> None:
    """One head comes before the other through another app: merge joins them, rebase says which cannot move."""
    add(project, "accounts.0003_uses", ["0002_nick", "shop.0003_left"], "")
    add(project, "shop.0004_after", ["0003_right", "accounts.0003_uses"], "")
    refused = project.run("rebase", "shop", "0004_after")
    assert (refused.code, "through another app" in refused.err) == (2, True), refused.text
    project.ok("rebase", "shop", "0003_left", "--dry-run")
    project.ok("merge", "shop")
    assert project.files("shop/migrations/0005*") == ["shop/migrations/0005_merge_after_and_left.py"]


def test_branches_that_clash_need_a_word(project: ProjectFolder) -> None:
    """Without a terminal nothing is written: exit code 3, the two operations, and two ways out that work."""
    clashing(project)
    before = project.files("*/migrations/*")
    result = project.run("makemigrations", "accounts", "--merge")
    assert result.code == 3
    assert "alter column users.nick (type) (accounts.0003_wide) and" in result.err
    assert "minimig rebase accounts" in result.err
    assert "minimig merge accounts --allow-conflicts" in result.err
    assert project.run("merge", "accounts").code == 3
    assert project.files("*/migrations/*") == before
    assert "They do not commute" in project.ok("makemigrations", "--merge", "--dry-run").out
    project.ok("merge", "accounts", "--allow-conflicts")
    assert project.files("accounts/migrations/0004*") == ["accounts/migrations/0004_merge_wide_and_wider.py"]


def test_branches_that_no_order_can_replay_are_not_joined(project: ProjectFolder) -> None:
    """Two branches that add one column are refused, also with --allow-conflicts: no command could go on after that."""
    column = 'ops.AddColumn("users", sa.Column("age", sa.Integer))'
    clashing(project)
    for name in ("wide", "wider"):
        [file] = project.path.glob(f"accounts/migrations/0003_{name}.py")
        head, _, _ = file.read_text().partition("up = ")
        file.write_text(f"{head}up = [{column}]\n")
    before = project.files("*/migrations/*")
    result = project.run("merge", "accounts", "--allow-conflicts")
    assert result.code == 1
    assert "the branches of accounts cannot be joined, and nothing is written" in result.err
    assert "0003_wider.py" in result.err
    assert project.files("*/migrations/*") == before


@pytest.mark.parametrize(("answer", "written"), [("y\n", 1), ("n\n", 0), ("\n", 0)])
def test_a_person_decides(project: ProjectFolder, monkeypatch: pytest.MonkeyPatch, answer: str, written: int) -> None:
    """At a terminal clashing branches are asked about, and the answer that costs nothing is no."""
    clashing(project)
    monkeypatch.setattr(Session, "interactive", True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: answer.strip())
    result = project.run("makemigrations", "accounts", "--merge")
    assert (result.code, len(project.files("accounts/migrations/0004*"))) == (0 if written else 130, written)


def test_names_labels_and_json(project: ProjectFolder) -> None:
    """-m, -n, --rev-id and --branch-label do what they say; JSON tells the branches."""
    told = project.ok(
        "merge", "heads", "-m", "Join both.", "-n", "both", "--rev-id", "9a", "--branch-label", "joint", "--json"
    ).out
    result = json.loads(told)
    assert (result["revision"], result["commute"], result["written"]) == ("shop.9a_both", True, True)
    assert [branch["head"] for branch in result["branches"]] == ["shop.0003_left", "shop.0003_right"]
    text = project.read("shop/migrations/9a_both.py")
    assert text.startswith('"""Join both."""')
    assert 'labels = ["joint"]' in text
    assert "9a_both" in project.ok("show", "joint").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["shop.0003_left", "shop.0003_left"], 2, "named twice"),
        (["shop.0003_left"], 2, "stands alone"),
        (["shop.0003_left", "accounts"], 2, "one app"),
        (["shop.0003_left", "shop.0002"], 2, "comes after"),
        (["shop.0003_left", "shop.0009"], 2, "no revision"),
        (["shop", "--rev-id", "a b"], 2, "--rev-id"),
        (["shop", "--branch-label", "accounts"], 1, "cannot be a label"),
        (["accounts"], 2, "stands alone"),
    ],
)
def test_words_that_do_not_fit(project: ProjectFolder, words: list[str], code: int, said: str) -> None:
    """Each is refused with its reason before anything is written."""
    before = project.files("*/migrations/*")
    result = project.run("merge", *words)
    assert (result.code, said in result.err) == (code, True), result.text
    assert project.files("*/migrations/*") == before


def test_splice(project: ProjectFolder) -> None:
    """A revision that is no head is refused, unless the history may part there."""
    add(project, "shop.0004_more", ["0003_left"], 'ops.RunSQL("SELECT 1", reverse="SELECT 1")')
    words = ("merge", "shop.0003_left", "shop.0003_right")
    assert "--splice" in project.run(*words).err
    project.ok(*words, "--splice")
    assert len(project.ok("heads", "shop").out.splitlines()) == 2


def test_twin_merges_are_told(project: ProjectFolder) -> None:
    """Two merges of the same heads: one would do, and joining them does no harm."""
    for name in ("0004_mine", "0004_yours"):
        add(project, f"shop.{name}", ["0003_left", "0003_right"], "")
    result = project.ok("makemigrations", "--merge")
    assert "shop.0004_mine and shop.0004_yours join the same revisions" in result.err
    assert project.files("shop/migrations/0005*") == ["shop/migrations/0005_merge_mine_and_yours.py"]


def test_a_merge_runs(tmp_path: Path, database: Database) -> None:
    """A database that has one branch gets the other and the merge, and can go back."""
    project = two_apps(tmp_path, database.url)
    add(project, "shop.0003_left", ["0002_owner"], LEFT)
    project.ok("migrate")
    add(project, "shop.0003_right", ["0002_owner"], RIGHT)
    project.ok("merge", "shop")
    project.ok("migrate")
    project.ok("migrate", "shop", "0002")
    project.ok("migrate")


def test_words_are_checked_before_anything_is_shown(project: ProjectFolder) -> None:
    """A bad --rev-id or label ends with exit code 2 and no branches on the screen, as in makemigrations."""
    for words in (["--rev-id", "a b"], ["--branch-label", "no good"]):
        refused = project.run("merge", "shop", *words)
        assert (refused.code, refused.out) == (2, "")
    assert project.run("makemigrations", "accounts", "--empty", "--rev-id", "a b").code == 2


def test_quiet_and_dry(project: ProjectFolder) -> None:
    """A dry run says that nothing is written; -q says nothing at all when the file is."""
    assert project.ok("merge", "shop", "--dry-run").out.endswith("and_right.py (nothing is written)\n")
    done = project.ok("merge", "shop", "-q")
    assert (done.out, done.err) == ("", "")
    assert len(project.files("shop/migrations/0004*")) == 1
