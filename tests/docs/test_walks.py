"""Pages that are followed to the letter: what they let you write and type, and what they show, is what happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from minimig.commands.demo import copy_example
from support.projects import REPOSITORY
from support.walks import in_a_shell, mostly_here, plain, walk

FROM_NOTHING = [
    "docs/tutorial.md",
    "docs/from-alembic.md",
    pytest.param("docs/internals/build-your-own.md", marks=pytest.mark.slow),
]
"""Pages that begin in an empty folder."""


@pytest.mark.parametrize("page", FROM_NOTHING)
def test_a_page_leads_where_it_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with nothing else, each command prints what stands below it, to the end of the page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    assert plain(walk(text, tmp_path, mostly_here(tmp_path))) == plain(text), (
        f"if the new output is right: python tests/support/walks.py {page} --write"
    )


@pytest.mark.slow
def test_the_example_is_a_course_to_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a copy of the example project, each command of its README prints what stands below it, lesson after lesson."""
    copy_example(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    text = (REPOSITORY / "example_project" / "README.md").read_text(encoding="utf-8")
    assert plain(walk(text, tmp_path, mostly_here(tmp_path))) == plain(text)


@pytest.mark.long
def test_a_newcomer_reaches_the_end(tmp_path: Path) -> None:
    """With nothing but what pip installs from this checkout, in an environment and a folder that were empty."""
    place, folder = tmp_path / "environment", tmp_path / "project"
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    subprocess.run([place / "bin" / "pip", "install", "-q", REPOSITORY], check=True)
    text = (REPOSITORY / "docs" / "tutorial.md").read_text(encoding="utf-8")
    assert plain(walk(text, folder, in_a_shell(folder, str(place / "bin"), PYTHONPATH=""))) == plain(text)


def test_a_page_that_lies_is_found(tmp_path: Path) -> None:
    """What is not printed, or not edited, does not pass; what three dots stand for does."""
    told = "```console\n$ printf 'one\\ntwo\\nthree\\n'\none\n...\nthree\n```\n"
    assert walk(told, tmp_path, mostly_here(tmp_path)) == told
    lie = told.replace("\nthree\n```", "\nfour\n```")
    assert (
        walk(lie, tmp_path, mostly_here(tmp_path))
        == "```console\n$ printf 'one\\ntwo\\nthree\\n'\none\ntwo\nthree\n```\n"
    )
    (tmp_path / "models.py").write_text("a = 1\n")
    with pytest.raises(AssertionError, match="0 times"):
        walk("```diff\n--- models.py\n+++ models.py\n-b = 1\n+b = 2\n```\n", tmp_path, mostly_here(tmp_path))
