"""`minimig demo` tells its story with real commands, quickly, and touches nothing but its folder."""

from __future__ import annotations

import compileall
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

import minimig
from minimig.commands import demo
from minimig.commands.demo import DemoResult, copy_example, example_source, run_demo
from minimig.errors import MinimigError

pytestmark = pytest.mark.slow

PROMISE = 20  # times what importing SQLAlchemy and networkx costs: ten seconds on a machine that needs half a second
IMPORTS = 6


@dataclass
class Cost:
    """What the demo's processes cost, and what one process costs that only imports the libraries."""

    demo: float = 0.0
    imports: float = 0.0


@pytest.fixture(scope="module")
def cost() -> Cost:
    """Filled by `told`. Processor time, not the clock's: how busy the machine is must not decide."""
    return Cost()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, cost: Cost) -> tuple[DemoResult, str]:
    """The demo, run once in a shell that points to another database: its result, and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    compileall.compile_dir(Path(minimig.__file__).parent, quiet=1)  # as pip does for a package that it installs
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"sqlite:///{folder}/others.db")
        patch.setenv("MINIMIG_URL", f"sqlite:///{folder}/others.db")
        began = of_children()
        result = run_demo(folder / "project", said.append)
        ended = of_children()
    for _ in range(IMPORTS):  # one alone takes half as long again, or not, on the same machine
        subprocess.run([sys.executable, "-c", "import networkx, sqlalchemy.orm"], check=True)
    cost.demo, cost.imports = ended - began, (of_children() - ended) / IMPORTS
    return result, "\n".join(said)


def of_children() -> float:
    """Processor seconds of all child processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def outputs(result: DemoResult, *words: str) -> list[str]:
    """What the commands that begin with these words printed."""
    return [ran.output for ran in result.commands if ran.words[: len(words)] == words]


@pytest.mark.skipif(os.name == "nt", reason="Windows does not add up the times of child processes")
def test_the_demo_keeps_its_promise_of_time(told: tuple[DemoResult, str], cost: Cost) -> None:
    """The whole story is short: at most ten commands, and less than ten seconds on an ordinary machine."""
    result, _ = told
    assert len(result.commands) <= 10
    assert cost.demo < PROMISE * cost.imports


def test_every_command_is_shown_as_it_can_be_typed(told: tuple[DemoResult, str]) -> None:
    """Each command stands after a `$`, followed by all that it printed."""
    result, text = told
    for ran in result.commands:
        assert f"$ minimig {' '.join(ran.words)}\n{ran.output.rstrip()}" in text


def test_the_demo_starts_from_agreement_and_ends_in_it(told: tuple[DemoResult, str]) -> None:
    """First makemigrations finds nothing; at the end check finds nothing."""
    result, _ = told
    assert "No changes detected" in result.commands[0].output
    assert result.commands[-1].words == ("check",)
    assert result.commands[-1].exit_code == 0


def test_the_plan_is_what_migrate_then_does(told: tuple[DemoResult, str]) -> None:
    """Every revision of the example project stands in the plan, in migrate's lines, and ticked in the list."""
    result, _ = told
    (plan,) = outputs(result, "migrate", "--plan")
    (shown,) = outputs(result, "showmigrations")
    ran = outputs(result, "migrate")[1]
    names = [path.stem for path in example_source().glob("*/migrations/0*.py")]
    assert len(names) == 13
    for name in names:
        assert name in plan
        assert name in ran
        assert f"[X] {name}" in shown


def test_the_change_is_written_as_a_rename_and_keeps_the_values(told: tuple[DemoResult, str]) -> None:
    """The demo prints the new file: a column added, one renamed; the post's text is found under the new name."""
    result, text = told
    (written,) = (result.folder / "blog" / "migrations").glob("0006_*.py")
    source = written.read_text(encoding="utf-8")
    assert 'ops.RenameColumn("blog_posts", "body", "content")' in source
    assert "subtitle" in source
    assert "DropColumn" not in source.partition("down = [")[0]
    assert all(f"  | {line}".rstrip() in text for line in source.splitlines())
    with closing(sqlite3.connect(result.folder / "example.db")) as database:
        assert database.execute("SELECT content, subtitle FROM blog_posts").fetchall() == [
            ("It was written before the change.", None)
        ]


def test_the_failure_is_told_and_leaves_nothing(told: tuple[DemoResult, str]) -> None:
    """One command fails, on purpose and with exit code 1; neither its column nor its version row is there."""
    result, text = told
    (failed,) = (ran for ran in result.commands if ran.exit_code)
    assert (failed.words, failed.exit_code) == (("migrate",), 1)
    assert "this step fails on purpose" in failed.output
    assert "Traceback" not in text
    with closing(sqlite3.connect(result.folder / "example.db")) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(blog_posts)")]
        names = [row[0] for row in database.execute("SELECT name FROM minimig_version")]
    assert "words" not in columns
    assert "content" in columns
    assert not any("count_words" in name for name in names)


def test_the_demo_leaves_other_databases_alone(told: tuple[DemoResult, str]) -> None:
    """DATABASE_URL and MINIMIG_URL of the caller's shell are not used: a demo must not meet real data."""
    result, _ = told
    assert not (result.folder.parent / "others.db").exists()


def test_the_end_says_what_to_try_next(told: tuple[DemoResult, str]) -> None:
    """The last lines name the folder and three commands."""
    result, text = told
    ending = text.rpartition("That was the demo")[2]
    assert str(result.folder) in ending
    assert ending.count("\n  minimig ") == 3


def test_a_leak_would_be_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof can fail: when the database differs after the failing revision, the demo ends in an error."""
    lines = iter([["CREATE TABLE a (x);"], ["CREATE TABLE a (x, y);"]])
    monkeypatch.setattr(demo, "_dump", lambda _: next(lines))
    copy_example(tmp_path)
    with pytest.raises(MinimigError, match="left something behind"):
        demo._failure(demo._Stage(tmp_path, print, []))


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """The demo does not write over what is there."""
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(MinimigError, match="empty folder"):
        run_demo(tmp_path, print)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_the_copy_holds_sources_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither compiled files nor a database that somebody made in the example project are copied."""
    source = tmp_path / "source"
    copy_example(source)
    (source / "blog" / "__pycache__").mkdir(exist_ok=True)
    (source / "example.db").touch()
    monkeypatch.setattr(demo, "example_source", lambda: source)
    copy_example(tmp_path / "copy")
    assert (tmp_path / "copy" / "minimig.toml").is_file()
    assert [path.name for path in (tmp_path / "copy").rglob("*") if path.suffix in (".db", ".pyc")] == []
    assert not (tmp_path / "copy" / "blog" / "__pycache__").exists()


def test_an_installation_without_the_example_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that lost its example project ends in a clear error."""
    monkeypatch.setattr(demo, "PACKAGE", tmp_path / "minimig")
    with pytest.raises(MinimigError, match="not part of this installation"):
        example_source()
