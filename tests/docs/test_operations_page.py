"""The page of operations shows each of them, and says what the code says."""

from __future__ import annotations

from types import ModuleType

import pytest

from minimig import ops
from support import generators
from support.generators import FOLDER


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The program that writes the page."""
    return generators.generator("operations")


def test_every_operation_has_an_example(generator: ModuleType) -> None:
    """An operation that files can use is on the page."""
    named = {name for name in ops.__all__ if generator.is_documented(name)}
    assert named == set(generator.EXAMPLES)


def test_the_page_says_what_the_code_says(generator: ModuleType) -> None:
    """Nobody changed an editor, the writer or a docstring without writing the page again."""
    assert (FOLDER / "operations.md").read_text(encoding="utf-8") == generator.page(), (
        "run: python docs/reference/operations.py"
    )
