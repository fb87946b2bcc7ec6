"""The page of what is detected says what the golden folders say, and leaves no question open."""

from __future__ import annotations

from types import ModuleType

import pytest

from support import generators
from support.generators import FOLDER
from support.projects import REPOSITORY


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The program that writes the page."""
    return generators.generator("detection")


def test_the_page_says_what_the_folders_say(generator: ModuleType) -> None:
    """Nobody changed a golden folder without writing the page again."""
    assert (FOLDER / "detection.md").read_text(encoding="utf-8") == generator.page(), (
        "run: python docs/reference/detection.py"
    )


def test_every_database_has_a_word(generator: ModuleType) -> None:
    """What is recorded of each folder is one line for each database, and no other."""
    for folder in generator.folders():
        assert list(folder.seen) == list(generator.DATABASES), folder.path.name


def test_what_is_not_seen_has_a_reason(generator: ModuleType) -> None:
    """A change that a database does not show, or itself refuses, says why; what is seen has nothing to explain."""
    for folder in generator.folders():
        for kind, name in generator.DATABASES.items():
            speaks_for_itself = folder.seen[kind] == "seen" or folder.seen[kind].startswith(
                ("refused: ", "not tried: ")
            )
            assert (name in folder.remarks) is not speaks_for_itself, f"{folder.path.name}: {name}"


def test_the_rows_of_alembic_are_rows_of_the_feature_table(generator: ModuleType) -> None:
    """Each folder names at least one feature of the table, and only such as are there."""
    table = (REPOSITORY / "docs" / "features.md").read_text(encoding="utf-8")
    for folder in generator.folders():
        named = generator.re.findall(r"A-[A-Z]+-\d+", folder.remarks["Alembic"])
        assert named, folder.path.name
        assert [name for name in named if f"| {name} |" not in table] == []
