"""Revision files are rendered, read back before anything is written, and put on disk whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from minimig import files, ops
from minimig.errors import FileError, RevisionFileError, WriterError
from minimig.operations.base import Operation
from minimig.revisions import writer
from minimig.revisions.header import read_header
from minimig.revisions.loader import load_migration
from minimig.revisions.serializer import Serializer
from minimig.revisions.writer import NewMigration, format_source, render, write, write_all
from support.revision_files import ruff_changes
from support.values_to_write import Grant, Opaque, Right

SLUG = NewMigration(
    app="blog",
    name="0002_add_slug",
    doc="Give posts a unique slug.",
    dependencies=("blog.0001_initial",),
    up=(
        ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False), fill="''"),
        ops.CreateIndex("ix_posts_slug", "posts", ["slug"], unique=True),
    ),
    down=(ops.DropIndex("ix_posts_slug", "posts"), ops.DropColumn("posts", "slug")),
)
FULL = NewMigration(
    app="blog",
    name="0009_all",
    doc="One line.\n\nAnd more below it.",
    dependencies=("blog.0008_x", "shop.0001_initial"),
    run_before=("mail.0001_initial",),
    labels=("release-1",),
    initial=False,
    atomic=False,
    irreversible="it's gone",
)
MERGE = NewMigration("blog", "0004_merge", dependencies=("blog.0003_a", "blog.0003_b"))


def test_a_file_reads_like_the_design() -> None:
    """The example of the documentation, character by character."""
    assert (
        render(SLUG)
        == '''"""Give posts a unique slug."""

import sqlalchemy as sa

from minimig import ops

dependencies = ["blog.0001_initial"]

up = [
    ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False), fill="''"),
    ops.CreateIndex("ix_posts_slug", "posts", ["slug"], unique=True),
]

down = [
    ops.DropIndex("ix_posts_slug", "posts"),
    ops.DropColumn("posts", "slug"),
]
'''
    )


def test_an_empty_file_tells_what_to_write() -> None:
    """A file for steps of one's own has both lists, empty, a comment, and the import that the steps will need."""
    text = render(NewMigration("blog", "0002_custom", dependencies=("blog.0001_initial",)))
    assert "from minimig import ops\n" in text
    assert "import sqlalchemy" not in text
    assert "\n# Steps of your own" in text
    assert "\nup = []\n\ndown = []\n" in text


def test_a_merge_holds_nothing_else() -> None:
    """A merge needs no import and no hint: joining is all it does."""
    assert (
        render(MERGE)
        == '''"""Merge 0003_a, 0003_b."""

dependencies = ["blog.0003_a", "blog.0003_b"]

up = []

down = []
'''
    )


@pytest.mark.parametrize("migration", [SLUG, FULL, MERGE, NewMigration("blog", "0001_initial")])
def test_ruff_has_nothing_to_change(migration: NewMigration) -> None:
    """Every form of file is formatted as ruff would."""
    assert ruff_changes(render(migration)) == ""


def test_everything_reads_back(tmp_path: Path) -> None:
    """Law 5 for a whole file: what a migration says is what the file says, header and operations."""
    for migration in (SLUG, FULL, MERGE):
        path = tmp_path / "migrations" / f"{migration.name}.py"
        write(path, render(migration))
        found = load_migration(read_header(path, "blog"))
        assert (found.up, found.down) == (migration.up, migration.down)
        for name in ("dependencies", "run_before", "labels", "initial", "atomic", "irreversible"):
            assert getattr(found.header, name) == getattr(migration, name)
        assert migration.doc in ("", found.header.doc)


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(min_size=1, max_size=60).filter(str.strip))
def test_any_docstring_and_reason_read_back(doc: str, reason: str) -> None:
    """Quotes, backslashes, control characters: `render` reads its text back and would raise if they were lost."""
    text = render(NewMigration("blog", "0001_x", doc=doc, irreversible=reason))
    assert text.startswith('"""')


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ((ops.DropTable("a"),), "Drop table a."),
        ((SLUG.up[0],), "Add column posts.slug."),
        (SLUG.up, "Add column posts.slug, create unique index ix_posts_slug."),
        ((ops.CreateTable("a", sa.Column("x", sa.Integer)),), "Create table a."),
        (tuple(ops.CreateTable(n, sa.Column("x", sa.Integer)) for n in "abc"), "Create tables a, b, c."),
        (
            tuple(ops.DropColumn("a_long_name_for_a_table", f"column_{n}") for n in range(4)),
            "Drop column a_long_name_for_a_table.column_0, and 3 more.",
        ),
    ],
)
def test_a_docstring_is_made_from_the_operations(operations: tuple[Operation, ...], expected: str) -> None:
    """Without a message, the docstring says what the operations do, and does not run on."""
    text = render(NewMigration("blog", "0002_x", up=operations))
    assert text.startswith(f'"""{expected}"""')


def test_a_lossy_rule_is_caught_before_anything_is_written() -> None:
    """What would read back differently is an error that names the operation, the argument and both values."""
    serializer = Serializer([(Opaque, lambda *_: "0")])
    migration = NewMigration("blog", "0002_x", up=(ops.DropTable("a"), Grant(Right.READ, options=Opaque(7))))
    with pytest.raises(WriterError) as caught:
        render(migration, serializer=serializer)
    assert "up[1], Grant, argument options: 0 instead of" in str(caught.value)


def test_source_that_is_no_python_is_caught() -> None:
    """A rule that writes nonsense does not get a file written."""
    serializer = Serializer([(Opaque, lambda *_: "not python")])
    migration = NewMigration("blog", "0002_x", up=(Grant(Right.READ, options=Opaque(7)),))
    with pytest.raises(WriterError, match="cannot be read back"):
        render(migration, serializer=serializer)


@pytest.mark.parametrize("name", ["head", "a b", "../x", ""])
def test_a_name_that_no_revision_can_have_is_refused(name: str) -> None:
    """A name that would lead out of the folder, or that the command line reads otherwise, writes nothing."""
    with pytest.raises(RevisionFileError):
        render(NewMigration("blog", name))


# --- on disk ----------------------------------------------------------------------------------------------------------


def everything_in(folder: Path) -> list[str]:
    """The names of all files and folders below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_folders_come_to_be(tmp_path: Path) -> None:
    """A missing migrations folder is made, with an `__init__.py`, and no temporary name stays."""
    write(tmp_path / "blog" / "migrations" / "0001_initial.py", "x = 1\n")
    assert everything_in(tmp_path) == [
        "blog",
        "blog/migrations",
        "blog/migrations/0001_initial.py",
        "blog/migrations/__init__.py",
    ]


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    """Where a file of that name is, it stays what it was, and none of the others is written."""
    taken = tmp_path / "0002_x.py"
    taken.write_text("old", encoding="utf-8")
    with pytest.raises(FileError, match="not overwritten") as caught:
        write_all([(tmp_path / "0001_x.py", "new"), (taken, "new")])
    assert caught.value.where == str(taken)
    assert everything_in(tmp_path) == ["0002_x.py"]
    assert taken.read_text(encoding="utf-8") == "old"


def test_a_file_that_appears_in_between_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may take the name after it was found free: the name is claimed in one step."""
    path, link = tmp_path / "0001_x.py", os.link

    def late(source: Any, target: Any) -> None:
        path.write_text("theirs", encoding="utf-8")
        link(source, target)

    monkeypatch.setattr(files.os, "link", late)
    with pytest.raises(FileError, match="not overwritten"):
        write(path, "ours")
    assert path.read_text(encoding="utf-8") == "theirs"
    assert everything_in(tmp_path) == ["0001_x.py"]


def test_a_failure_takes_back_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last of several files cannot be put in place, no file and no folder of them stays."""
    link, calls = os.link, []

    def full(source: Any, target: Any) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise FileExistsError(17, "File exists")
        link(source, target)

    monkeypatch.setattr(files.os, "link", full)
    with pytest.raises(FileError):
        write_all([(tmp_path / "a" / "0001_x.py", "x"), (tmp_path / "b" / "c" / "0001_x.py", "y")])
    assert len(calls) == 2
    assert everything_in(tmp_path) == []


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where links do not exist, the file is written under its own name, and still not over another."""

    def missing(source: Any, target: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(files.os, "link", missing)
    path = tmp_path / "0001_x.py"
    write(path, "x = 1\n")
    assert path.read_text(encoding="utf-8") == "x = 1\n"
    assert everything_in(tmp_path) == ["0001_x.py", "__init__.py"]


def test_a_full_disk_is_a_clear_error() -> None:
    """What the system refuses is told in its own words, with the file."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(FileError, match="cannot be written") as caught:
        write(Path("/dev/null/folder/0001_x.py"), "x")
    assert caught.value.where == "/dev/null/folder/0001_x.py"


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full in the middle of a text leaves neither the half of it nor the new folder."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(FileError, match="No space left on device"):
        write(tmp_path / "migrations" / "0001_x.py", "x = 1\n")
    assert everything_in(tmp_path) == []


def test_a_formatter_is_used_when_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`format_source` gives ruff's text where ruff is installed, and the same text where it fails or is missing."""
    monkeypatch.setattr(writer.shutil, "which", lambda _: None)
    assert format_source("x  =  1", tmp_path / "x.py") == "x  =  1"
    monkeypatch.undo()
    if writer.shutil.which("ruff"):
        assert format_source("x  =  1", tmp_path / "x.py") == "x = 1\n"
    broken = tmp_path / "ruff"
    broken.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(writer.shutil, "which", lambda _: str(broken))
    assert format_source("x  =  1", tmp_path / "x.py") == "x  =  1"
