"""The feature table is complete, counts rightly, and names tests that exist."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache

import pytest

from support.projects import REPOSITORY

PAGE = (REPOSITORY / "docs" / "features.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ((?:A-[A-Z]+|D)-\d+) \| ([^|]+) \| ([a-z ]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE)
STATUSES = ("supported", "different by design", "partly", "missing")

# How many features each section of the two lists has: A-CLI-01 to A-CLI-47, D-1 to D-271, and so on.
LENGTHS = {
    "A-CLI": 47,
    "A-CFG": 32,
    "A-RUN": 40,
    "A-OPS": 33,
    "A-BAT": 23,
    "A-AUT": 51,
    "A-GRA": 20,
    "A-VER": 12,
    "A-DIA": 20,
    "A-COOK": 19,
    "A-API": 18,
    "A-PAIN": 28,
    "D": 271,
}


@cache
def functions(path: str) -> frozenset[str]:
    """The names of the functions that a file defines; none when there is no such file."""
    file = REPOSITORY / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_feature_is_here_once() -> None:
    """Each id of both lists has exactly one row, and there is no other row."""
    expected = [
        f"{section}-{number}" if section == "D" else f"{section}-{number:02}"
        for section, length in LENGTHS.items()
        for number in range(1, length + 1)
    ]
    assert [row[0] for row in ROWS] == expected
    assert len(re.findall(r"^\| [AD]-", PAGE, re.MULTILINE)) == len(expected), "a row is not of the usual form"


def test_statuses_are_the_four_words() -> None:
    """Every row says one of the four words, and says something beside it."""
    for name, words, status, rest in ROWS:
        assert status in STATUSES, name
        assert words.strip(), name
        assert rest.strip(), name


@pytest.mark.parametrize("row", [row for row in ROWS if row[2] == "supported"], ids=lambda row: row[0])
def test_supported_features_have_a_test(row: tuple[str, str, str, str]) -> None:
    """A row that says supported names files of tests and a test that each of them defines."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[3])
    assert named
    for path, function in named:
        assert function in functions(path), f"{path} has no {function}"


def test_other_rows_name_no_test() -> None:
    """Only what is proven is called supported, and only there a test is named."""
    assert [row[0] for row in ROWS if row[2] != "supported" and "::test_" in row[3]] == []


@pytest.mark.parametrize(("name", "start"), [("Alembic", "A-"), ("Django", "D-"), ("together", "")])
def test_the_counts_are_right(name: str, start: str) -> None:
    """The table at the top of the page counts the rows below it."""
    counted = Counter(row[2] for row in ROWS if row[0].startswith(start))
    numbers = [sum(counted.values()), *(counted[status] for status in STATUSES)]
    line = f"| {name} | {' | '.join(map(str, numbers))} |"
    assert line in PAGE.splitlines(), f"it should say: {line}"
