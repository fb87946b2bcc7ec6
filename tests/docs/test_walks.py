"""Pages that are followed to the letter: what they let you write and type, and what they show, is what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.projects import REPOSITORY
from support.walks import mostly_here, plain, walk

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
