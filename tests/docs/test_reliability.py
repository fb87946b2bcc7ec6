"""The page on reliability has each fault scenario once, and names tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from support.projects import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
SCENARIOS = 66
REASONS = ("not covered: ", "cannot be run here: ")


@cache
def functions(path: str) -> frozenset[str]:
    """The names of the test functions that a file defines; none when there is no such file."""
    file = REPOSITORY / path
    if not file.is_file():
        return frozenset()
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, kinds))


def test_every_scenario_is_here_once() -> None:
    """The numbers go from 1 to the last, and no row is of another form."""
    assert [int(row[0]) for row in ROWS] == list(range(1, SCENARIOS + 1))
    assert len(re.findall(r"^\| \d", PAGE, re.MULTILINE)) == SCENARIOS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_is_proven_or_says_why_not(row: tuple[str, str, str, str]) -> None:
    """Every test that a row names exists; a row that names none gives a reason."""
    proof = row[3]
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", proof)
    if not named:
        assert proof.startswith(REASONS)
        assert len(proof) > 30
    assert proof.count("::") == len(named)
    for path, function in named:
        assert function in functions(path), f"{path} has no {function}"
