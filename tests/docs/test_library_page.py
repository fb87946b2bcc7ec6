"""The page of the library lists every public function, and says what the code says."""

from __future__ import annotations

from types import ModuleType

import pytest

import minimig
from support import generators
from support.generators import FOLDER


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The program that writes the lists."""
    return generators.generator("library")


def test_the_page_says_what_the_code_says(generator: ModuleType) -> None:
    """Nobody changed a signature or a docstring without writing the page again."""
    text = (FOLDER / "library.md").read_text(encoding="utf-8")
    assert text == generator.page(text), "run: python docs/reference/library.py"


def test_every_function_is_on_the_page() -> None:
    """All public names but the version have a place in one of the lists."""
    text = (FOLDER / "library.md").read_text(encoding="utf-8")
    assert [
        name for name in sorted({*minimig.__all__} - {"Patience", "__version__"}) if f"* `{name}(" not in text
    ] == []
