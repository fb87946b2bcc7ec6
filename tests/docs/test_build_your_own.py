"""The tool that readers build: each step works with nothing but the steps before it, and the last one migrates."""

from __future__ import annotations

import doctest
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from minimig.commands.demo import copy_example
from support.projects import REPOSITORY

PAGE = REPOSITORY / "docs" / "internals" / "build-your-own.md"
STEPS = [part.partition("\n## Exercises")[0] for part in PAGE.read_text(encoding="utf-8").split("\n## Step ")[1:]]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWN = re.compile(r"# mini\.py(, continued)?\n")


def own(step: str) -> str:
    """The part of the tool that a step adds."""
    return "\n\n".join(block.partition("\n")[2] for block in BLOCK.findall(step) if OWN.match(block))


TOOL = "\n\n".join(map(own, STEPS))


@pytest.fixture
def mini() -> Iterator[ModuleType]:
    """A module to put the tool in: dataclasses look there for themselves."""
    module = ModuleType("mini")
    sys.modules["mini"] = module
    yield module
    del sys.modules["mini"]


def put(module: ModuleType, source: str) -> dict[str, Any]:
    """Run a part of the tool in its module."""
    exec(compile(source, "mini.py", "exec"), vars(module))
    return vars(module)


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_a_step_stands_on_those_before_it(
    number: int, mini: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step by step the page's code is run, and the examples up to this step print what the page says."""
    monkeypatch.chdir(tmp_path)
    tried = 0
    for step in STEPS[:number]:
        names = put(mini, own(step))
        for block in BLOCK.findall(step):
            if ">>>" in block:
                test = doctest.DocTestParser().get_doctest(block, names, f"step {number}", str(PAGE), 0)
                result = doctest.DocTestRunner(verbose=False).run(test, clear_globs=False)
                assert result.failed == 0
                tried += result.attempted
                names.update(test.globs)
            elif not OWN.match(block) and not block.startswith("# models.py"):
                put(mini, block)
    assert tried > number


def test_it_is_no_longer_than_it_says() -> None:
    """All steps together are two hundred lines of code; neither blank lines nor docstrings count."""
    lines = [line for line in TOOL.splitlines() if line.strip() and not line.strip().startswith('"""')]
    assert 150 < len(lines) <= 200


def test_it_migrates_the_example(mini: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finished tool brings the example project's models, foreign-key knot included, into SQLite, and back."""
    example = tmp_path / "example"
    copy_example(example)
    monkeypatch.chdir(example)
    monkeypatch.syspath_prepend(str(example))
    names = put(mini, TOOL)
    (example / "mini.toml").write_text(
        'metadata = "blog.models:Base"\nmigrations = "revisions"\ndatabase = "mini.db"\n', encoding="utf-8"
    )
    for other in ("accounts.models", "shop.models"):
        __import__(other)
    try:
        for words in (["makemigrations", "initial"], ["migrate"]):
            names["main"](words)
        with sqlite3.connect("mini.db") as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            assert len(tables) == 7
            assert {"accounts_users", "blog_posts", "shop_order_lines", "mini_version"} <= tables
            columns = [row[1] for row in database.execute("PRAGMA table_info(blog_posts)")]
            assert {"slug", "status", "author_id"} <= set(columns)
            assert database.execute("PRAGMA foreign_key_list(accounts_users)").fetchall()
        names["main"](["migrate", "zero"])
        with sqlite3.connect("mini.db") as database:
            assert database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone() == (1,)
    finally:
        for name in [
            name for name in sys.modules if name.partition(".")[0] in {"accounts", "blog", "shop", "database"}
        ]:
            del sys.modules[name]
