"""The pages about errors and exit codes hold what the code says; the examples themselves are run by tests/lessons."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from minimig.lessons.catalogue import pages
from support import generators
from support.generators import FOLDER
from support.lessons import base_project, typed

EXIT_CODES = (FOLDER / "errors-and-exit-codes.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The program that writes the page of errors."""
    return generators.generator("errors")


def test_the_page_says_what_the_code_says(generator: ModuleType) -> None:
    """Nobody changed a class or the page of a code without writing the page again."""
    assert (FOLDER / "errors.md").read_text(encoding="utf-8") == generator.page(), (
        "run: python docs/reference/errors.py"
    )


def test_every_error_class_has_a_section(generator: ModuleType) -> None:
    """Each class is in the table of classes, and its code has a section with an example."""
    text = generator.page()
    for kind in generator.classes():
        assert f"| `{kind.__name__}` | {kind.code} | {kind.exit_code} |" in text
        assert f"\n## {kind.code}: " in text


def test_each_code_of_the_index_leads_to_its_page(generator: ModuleType) -> None:
    """The anchors are those of the headings, and no two are the same."""
    anchors = [generator.anchor(each) for each in pages()]
    assert len(set(anchors)) == len(anchors) == len(re.findall(r"^## MM\d{3}: ", generator.page(), re.MULTILINE))


def test_every_exit_code_is_listed(generator: ModuleType) -> None:
    """The table has the exit code of every error class, and the codes that are no errors."""
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", EXIT_CODES, re.MULTILINE)}
    assert {kind.exit_code for kind in generator.classes()} <= listed
    assert {0, 4, 130} <= listed


def test_errors_read_as_shown(tmp_path: Path) -> None:
    """The command of the page about exit codes prints what the page shows."""
    match = re.search(r"^\$ (minimig [^\n]+)\n(error .*?)```$", EXIT_CODES, re.MULTILINE | re.DOTALL)
    assert match is not None
    assert typed(match[1], base_project(tmp_path)).text == match[2]
