"""The page of operations shows each of them, and says what the code says."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest

from minimig import ops
from support.projects import REPOSITORY

FOLDER = REPOSITORY / "docs" / "reference"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The program that writes the page."""
    sys.path.insert(0, str(FOLDER))
    try:
        specification = importlib.util.spec_from_file_location("operations_page", FOLDER / "operations.py")
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER))
    return module


def test_every_operation_has_an_example(generator: ModuleType) -> None:
    """An operation that files can use is on the page."""
    named = {name for name in ops.__all__ if generator.is_documented(name)}
    assert named == set(generator.EXAMPLES)


def test_the_page_says_what_the_code_says(generator: ModuleType) -> None:
    """Nobody changed an editor, the writer or a docstring without writing the page again."""
    assert (FOLDER / "operations.md").read_text(encoding="utf-8") == generator.page(), (
        "run: python docs/reference/operations.py"
    )
