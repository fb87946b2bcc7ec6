"""The checksum of a migration changes with what it does, and with nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from minimig.revisions.meaning import checksum, meaning
from support.revision_files import load, migration

BODY = """
LIMIT = 3


def helper():
    return LIMIT


def fill(connection, tables):
    connection.execute(tables.posts.update().values(slug="x" + str(helper())))


up = [
    ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False), fill="''"),
    ops.RunPython(fill, reverse=ops.NOOP),
]
"""
SCHEMA_ONLY = 'up = [ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False))]\n'
LAMBDA = "up = [ops.RunPython(lambda c, t: None)]\n"


def of(folder: Path, body: str) -> str:
    """The checksum of a file with this body."""
    return checksum(migration(folder, body))


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        (BODY, "LIMIT = 3\n", "LIMIT = 3  # three\n"),
        (BODY, "    return LIMIT\n", "    # all of them\n\n    return (LIMIT)\n"),
        (BODY, "def helper():\n", 'def helper():\n    """Help."""\n'),
        (BODY, '"x"', "'x'"),
        (BODY, "LIMIT = 3\n", '"""A text that is nowhere used."""\n\nLIMIT = 3\n'),
        (BODY, "\nup = [", '\nlabels = ["a"]\natomic = False\nup = ['),
        (SCHEMA_ONLY, "sa.String(80)", "sa.String(length=80)"),
        (SCHEMA_ONLY, '"slug", sa.String(80)', '"slug", type_=sa.String(80)'),
        (SCHEMA_ONLY, "up = [", "UNUSED = 3\nup = ["),
        (SCHEMA_ONLY, "up = [", "up = [\n\n"),
        (LAMBDA, "lambda c, t: None", "(\n    # nothing\n    lambda c, t: None\n)"),
    ],
)
def test_cosmetic_edits_keep_the_checksum(tmp_path: Path, body: str, old: str, new: str) -> None:
    """Comments, formatting, docstrings, labels, and other spellings of the same operation mean the same."""
    assert old in body
    assert of(tmp_path, body) == of(tmp_path, body.replace(old, new))


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        (BODY, "LIMIT = 3", "LIMIT = 4"),
        (BODY, '"x"', '"y"'),
        (BODY, "return LIMIT", "return LIMIT + 1"),
        (BODY, ", reverse=ops.NOOP", ""),
        (BODY, "fill=\"''\"", "fill=\"' '\""),
        (SCHEMA_ONLY, "80", "81"),
        (SCHEMA_ONLY, "\n", "\ndown = []\n"),
        (SCHEMA_ONLY, "nullable=False", "nullable=True"),
        (LAMBDA, "None", "1"),
    ],
)
def test_other_edits_change_the_checksum(tmp_path: Path, body: str, old: str, new: str) -> None:
    """An operation, a value, the code of a data step or of its helper: whatever changes there is noticed."""
    assert old in body
    assert of(tmp_path, body) != of(tmp_path, body.replace(old, new))


def test_the_checksum_does_not_depend_on_where_the_file_is(tmp_path: Path) -> None:
    """The same file in another folder, under another name, means the same."""
    other = tmp_path / "other"
    other.mkdir()
    one, two = migration(tmp_path, BODY), migration(other, BODY, "0007_moved")
    assert meaning(one) == meaning(two)


def test_the_checksum_does_not_depend_on_the_moment(tmp_path: Path) -> None:
    """Loading a file twice gives one meaning, though each load makes new functions."""
    path = migration(tmp_path, BODY).header.path
    assert checksum(load(path)) == checksum(load(path))
    assert re.fullmatch(r"1:[0-9a-f]{64}", checksum(load(path)))


def test_imports_and_annotations_do_not_count(tmp_path: Path) -> None:
    """Sorting imports, dropping one that nothing uses, annotating an argument: none changes what a file does."""
    plain = (
        "import os\nimport sys\nfrom minimig import ops\ndependencies = []\n"
        "def fill(conn, tables):\n    conn.begin()\nup = [ops.RunPython(fill)]\n"
    )
    tidy = plain.replace("import os\nimport sys\n", "import sys\n").replace(
        "(conn, tables)", "(conn: object, tables) -> None"
    )
    first, second = tmp_path / "a" / "0001_initial.py", tmp_path / "b" / "0001_initial.py"
    for path, text in ((first, plain), (second, tidy)):
        path.parent.mkdir()
        path.write_text(text)
    assert checksum(load(first)) == checksum(load(second))


def test_imported_functions_count_by_name(tmp_path: Path) -> None:
    """A function that lives elsewhere is part of the meaning by its name, not by its code."""
    body = "from support.values_to_write import step\n\nup = [ops.RunPython(step)]\n"
    assert "support.values_to_write.step" in meaning(migration(tmp_path, body))
