"""Revision files for tests: write one, load it, run a list of operations written as source."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from minimig.operations.base import Operation
from minimig.revisions.header import read_header
from minimig.revisions.loader import Migration, load_migration
from minimig.revisions.serializer import Serializer

HEADER = "import sqlalchemy as sa\n\nfrom minimig import ops\n\ndependencies = []\n\n"


def revision_file(folder: Path, body: str, name: str = "0001_initial") -> Path:
    """A revision file with the usual imports and this body."""
    path = folder / f"{name}.py"
    path.write_text(HEADER + body, encoding="utf-8")
    return path


def load(path: Path, app: str = "blog") -> Migration:
    """Read and run a revision file."""
    return load_migration(read_header(path, app))


def migration(folder: Path, body: str, name: str = "0001_initial") -> Migration:
    """The migration of a file with the usual imports and this body."""
    return load(revision_file(folder, body, name))


def read_back(folder: Path, operations: Sequence[Operation], serializer: Serializer | None = None) -> Migration:
    """The operations, written and loaded again."""
    text, imports = (serializer or Serializer()).operations_source(operations)
    path = folder / "0001_written.py"
    path.write_text("\n".join([*imports.lines(), "", f"up = {text}", ""]), encoding="utf-8")
    return load(path)


def narrow(text: str) -> bool:
    """Whether each character is as wide as any other: ruff counts cells of a terminal, where `世` takes two."""
    return all(character == "\n" or (ord(character) < 0x300 and character.isprintable()) for character in text)


def ruff_changes(text: str) -> str:
    """What `ruff format`, with the settings it has by itself, would change in a text: a diff, or nothing."""
    command = [str(Path(sys.executable).with_name("ruff")), "format", "--isolated", "--diff", "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout.decode()
