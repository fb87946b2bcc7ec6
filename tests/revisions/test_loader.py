"""Revision files are run, and whatever goes wrong in them is an error with its line."""

from __future__ import annotations

import sys
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from minimig import ops
from minimig.errors import RevisionFileError
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration, load_migration
from support.revision_files import HEADER, load, migration, revision_file

LINES = HEADER.count("\n")


def test_operations_and_digest_are_read(tmp_path: Path) -> None:
    """A migration holds its operations in order and the digest of the very bytes that were run."""
    path = revision_file(tmp_path, 'up = [ops.DropTable("a"), ops.DropTable("b")]\ndown = ()\n')
    found = load(path)
    assert found.up == (ops.DropTable("a"), ops.DropTable("b"))
    assert found.down == ()
    assert found.digest == sha256(path.read_bytes()).hexdigest()
    assert found.revision == "blog.0001_initial"


def test_a_missing_down_is_told_from_an_empty_one(tmp_path: Path) -> None:
    """Without `down` the way back is computed: None, which an empty list is not."""
    assert migration(tmp_path, "up = []\n").down is None
    assert migration(tmp_path, "up = []\ndown = []\n").down == ()


def test_nothing_stays_behind(tmp_path: Path) -> None:
    """No module stays imported and no bytecode is written, so nothing old can be met later."""
    before = set(sys.modules)
    migration(tmp_path, "up = []\n")
    with pytest.raises(RevisionFileError):
        migration(tmp_path, "up = [1 / 0]\n")
    assert set(sys.modules) == before
    assert [path.name for path in tmp_path.iterdir()] == ["0001_initial.py"]


def test_a_file_written_twice_in_a_moment_runs_as_it_is_now(tmp_path: Path) -> None:
    """Same size, same second: Python's bytecode cache would give the old file, the loader gives the new one."""
    assert migration(tmp_path, 'up = [ops.DropTable("a")]\n').up == (ops.DropTable("a"),)
    assert migration(tmp_path, 'up = [ops.DropTable("b")]\n').up == (ops.DropTable("b"),)


def test_dataclasses_and_functions_work_in_a_file(tmp_path: Path) -> None:
    """A file may define what a data step needs, annotations as text included."""
    body = """
from __future__ import annotations
from dataclasses import dataclass
from minimig import ops

@dataclass
class Row:
    name: str

def fill(connection, tables):
    return Row("x")

up = [ops.RunPython(fill, reverse=ops.NOOP)]
"""
    path = tmp_path / "0001_x.py"
    path.write_text(body, encoding="utf-8")
    (operation,) = load(path).up
    assert operation.code(None, None).name == "x"  # type: ignore[attr-defined]


def test_threads_load_one_file_at_once(tmp_path: Path) -> None:
    """Several threads may load the same file; none takes another's module away."""
    path = revision_file(tmp_path, "import dataclasses\n\n@dataclasses.dataclass\nclass A:\n    x: 'int'\n\nup = []\n")
    found: list[Migration] = []
    threads = [threading.Thread(target=lambda: found.append(load(path))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16


@pytest.mark.parametrize(
    ("body", "line", "message", "hint"),
    [
        ("up = [\n    1 / 0,\n]\n", 2, "ZeroDivisionError: division by zero", None),
        ("up = [ops.AddColum()]\n", 1, "no attribute 'AddColum'", "did you mean AddColumn"),
        ("up = [sa.Strng()]\n", 1, "no attribute 'Strng'", "String"),
        ("up = [opps.AddColumn()]\n", 1, "name 'opps' is not defined", "did you mean ops"),
        ("up = [zebra]\n", 1, "name 'zebra' is not defined", "import zebra"),
        ("import nowhere.at_all\nup = []\n", 1, "No module named 'nowhere'", "is nowhere installed"),
        ("from . import helpers\nup = []\n", 1, "relative import", "import by the full name"),
        ("up = [ops.DropTable(nme='x')]\n", 1, "unexpected keyword argument 'nme'", None),
        ("up = [ops.AlterTable('t')]\n", 1, "AlterTable('t') changes nothing", None),
        ("up = [ops.CreateTable('t', sa.Column('a'))]\n", 1, "a column has no type", "give the column a type"),
        ("def make():\n    raise SystemExit(2)\n\nup = [make()]\n", 2, "SystemExit: 2", None),
        ("def make():\n    return int('x')\n\nup = [make()]\n", 2, "ValueError", None),
    ],
)
def test_an_error_names_the_line(tmp_path: Path, body: str, line: int, message: str, hint: str | None) -> None:
    """Whatever the file raises becomes one error: its text, the innermost line in the file, and a way on."""
    path = revision_file(tmp_path, body)
    with pytest.raises(RevisionFileError) as caught:
        load(path)
    assert message in caught.value.message
    assert caught.value.where == f"{path}:{LINES + line}"
    assert (caught.value.hint is None) if hint is None else (hint in (caught.value.hint or ""))


@pytest.mark.parametrize(
    ("body", "message", "hint"),
    [
        ("up = None\n", "`up` must be a list of operations, not None", "up = [...]"),
        ("up = 'x'\n", "not of type str", None),
        ("up = []\ndown = {}\n", "`down` must be a list of operations, not of type dict", "leave it out"),
        ("up = [ops.DropTable('a'), 'DROP TABLE b']\n", "up[1] is of type str, not an operation", "ops.RunSQL"),
        ("up = [ops.DropTable]\n", "up[0] is the class DropTable", "call it: ops.DropTable(...)"),
        ("up = [[ops.DropTable('a')]]\n", "up[0] is of type list", "star"),
        ("up = []\ndown = [None]\n", "down[0] is None", "ops.AddColumn"),
    ],
)
def test_what_is_no_operation_is_named(tmp_path: Path, body: str, message: str, hint: str | None) -> None:
    """A list that holds something else is an error with its place in the list."""
    path = revision_file(tmp_path, body)
    with pytest.raises(RevisionFileError) as caught:
        load(path)
    assert message in caught.value.message
    assert caught.value.where == str(path)
    assert hint is None or hint in (caught.value.hint or "")


def test_a_file_that_vanished_is_a_clear_error(tmp_path: Path) -> None:
    """The header was read a moment ago, and the file is gone."""
    with pytest.raises(RevisionFileError, match="cannot be read"):
        load_migration(Header("blog", "0001_x", tmp_path / "0001_x.py"))


def test_a_file_broken_since_its_header_was_read(tmp_path: Path) -> None:
    """A file that was spoiled after its header was read gives a line and no traceback."""
    path = revision_file(tmp_path, "up = []\n")
    header = Header("blog", "0001_initial", path)
    path.write_text("up = [\n", encoding="utf-8")
    with pytest.raises(RevisionFileError, match="was never closed") as caught:
        load_migration(header)
    assert caught.value.where == f"{path}:1"


def test_the_end_of_the_process_is_not_swallowed(tmp_path: Path) -> None:
    """Ctrl-C while a file runs stays Ctrl-C."""
    with pytest.raises(KeyboardInterrupt):
        migration(tmp_path, "raise KeyboardInterrupt\nup = []\n")
