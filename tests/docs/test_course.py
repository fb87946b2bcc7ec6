"""The course walks through the source as it is today: what it quotes stands there, in that order."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from support.projects import REPOSITORY

CHAPTERS = sorted((REPOSITORY / "docs" / "course").glob("*.md"))
PAGES = [*CHAPTERS, REPOSITORY / "docs" / "internals" / "build-your-own.md"]
QUOTE = re.compile(r"^```py\n# (minimig/[\w/]+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IDEAS = (
    "state",
    "operation",
    "reverse",
    "diff",
    "ordering",
    "graph",
    "plan",
    "transaction",
    "version-table",
    "lock",
    "journal",
    "dialects",
)


def missing_piece(quote: str, source: str) -> str | None:
    """The first piece of a quote that does not stand in the source behind the one before; a line of dots parts them."""
    rest = [line.strip() for line in source.splitlines()]
    for piece in re.split(r"^\s*\.\.\.\n", quote, flags=re.MULTILINE):
        lines = [line.strip() for line in piece.strip("\n").splitlines()]
        starts = range(len(rest) - len(lines) + 1)
        found = next((start for start in starts if rest[start : start + len(lines)] == lines), None)
        if found is None:
            return piece
        rest = rest[found + len(lines) :]
    return None


@pytest.mark.parametrize(
    "page", [page for page in PAGES if QUOTE.search(page.read_text(encoding="utf-8"))], ids=lambda page: page.stem
)
def test_what_is_quoted_stands_in_the_source(page: Path) -> None:
    """Each `py` block that begins with a file of the package is made of lines of it, one piece behind the other."""
    for name, quote in QUOTE.findall(page.read_text(encoding="utf-8")):
        piece = missing_piece(quote, (REPOSITORY / name).read_text(encoding="utf-8"))
        assert piece is None, f"{page.name} quotes what {name} does not say any more:\n{piece}"


def test_a_wrong_quote_is_found() -> None:
    """A line that changed, and pieces in the wrong order, do not pass; indentation does not matter."""
    source = dedent("""\
        def one():
            return 1

        def two():
            return 2
        """)
    assert missing_piece("def one():\n    return 1\n...\ndef two():\n", source) is None
    assert missing_piece("def one():\n    return 3\n", source) is not None
    assert missing_piece("def two():\n...\ndef one():\n", source) is not None


def test_there_is_a_chapter_for_each_idea() -> None:
    """The chapters are numbered in the order in which the ideas build on each other."""
    assert [page.stem for page in CHAPTERS] == [f"{number:02}-{idea}" for number, idea in enumerate(IDEAS, start=1)]


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_a_chapter_can_be_read_in_one_sitting(page: Path) -> None:
    """It has 60 to 120 lines beside its solutions, quotes the source, and its two or three exercises are solved."""
    text = page.read_text(encoding="utf-8")
    exercises = re.findall(r"^\d\. ", text.partition("## Exercises")[2], re.MULTILINE)
    assert 2 <= len(exercises) <= 3
    assert "<summary>Solutions</summary>" in text
    assert QUOTE.search(text)
    read = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    assert 60 <= len([line for line in read.splitlines() if line]) <= 120
