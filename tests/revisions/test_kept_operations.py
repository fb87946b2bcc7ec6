"""Operations that are kept between runs: the same as the files say, and never when anything changed."""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from minimig.commands import project_files
from minimig.revisions import kept, packing
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration, load_migration
from support.projects import ProjectFolder

MANY = kept.MANY + 6
OLD = time.time_ns() - 3600 * 10**9
CONFIG = """[tool.minimig]
url = "sqlite:///{}"
label = "shop"
metadata = "shop_models:metadata"
migrations = "migrations"
"""
MODELS = """import sqlalchemy as sa

metadata = sa.MetaData({})
sa.Table("t1", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
HEAD = "import sqlalchemy as sa\n\nfrom minimig import ops\n\n"
STEP = 'up = [ops.CreateTable("t{}", sa.Column("id", sa.Integer, primary_key=True), sa.Column("c", sa.String(1{})))]\n'


def write(folder: Path, number: int, size: int = 0, before: str = HEAD) -> Path:
    """A revision that creates a table, an hour old; `size` changes what it means and not how long it is."""
    path = folder / "migrations" / f"{number:04}_step.py"
    path.parent.mkdir(exist_ok=True)
    links = [f"shop.{number - 1:04}_step"] if number > 1 else []
    path.write_text(f"{before}dependencies = {links!r}\n\n{STEP.format(number, size)}", encoding="utf-8")
    os.utime(path, ns=(OLD, OLD))
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectFolder:
    """A project with many revisions, in a Python that writes beside its files what it keeps."""
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(kept, "SETTLED", -60 * 10**9)  # the time of entry of a file cannot be set back
    folder = ProjectFolder(tmp_path, f"sqlite:///{tmp_path / 'shop.db'}", keeps=True)
    folder.write("pyproject.toml", CONFIG.format(tmp_path / "shop.db"))
    folder.write("shop_models.py", MODELS.format(""))
    for number in range(1, MANY + 1):
        write(tmp_path, number)
    return folder


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were run."""
    names: list[str] = []

    def running(header: Header, *more: object) -> Migration:
        names.append(header.path.name)
        return load_migration(header, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(project_files, "load_migration", running)
    return names


def script(project: ProjectFolder) -> str:
    """All that would be sent, which needs the operations of each file."""
    return project.ok("migrate", "--sql", "zero:head").out


def test_files_that_did_not_change_are_not_run_again(project: ProjectFolder, ran: list[str]) -> None:
    """The second time no file is run, and the script, with its checksums and ways back, is the same."""
    first = script(project)
    assert len(ran) == MANY
    ran.clear()
    assert script(project) == first
    assert ran == []
    assert first.count("CREATE TABLE t") >= MANY


def _time_put_back(folder: Path) -> str:
    path = folder / "migrations" / "0007_step.py"
    before = path.stat()
    write(folder, 7, 5)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    return path.name


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder, 7, 5).name,
        lambda folder: write(folder, MANY + 1, 5).name,
        _time_put_back,
    ],
    ids=["edited", "added", "edited, time put back"],
)
def test_what_changed_is_run_anew(project: ProjectFolder, ran: list[str], change: Callable[[Path], str]) -> None:
    """What is sent is what the file says now, and only that file is run."""
    before = script(project)
    ran.clear()
    name = change(project.path)
    after = script(project)
    assert ran == [name]
    assert "VARCHAR(15)" in after
    assert "VARCHAR(15)" not in before


def test_a_file_that_was_young_when_it_was_run_is_run_again(
    project: ProjectFolder, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been written again in the same moment, after it was read, however long the rest took."""
    monkeypatch.setattr(kept, "SETTLED", 60 * 10**9)
    running = project_files.load_migration

    def slowly(header: Header, *more: object) -> Migration:
        monkeypatch.setattr(kept, "SETTLED", -60 * 10**9)  # as if minutes had gone by
        return running(header, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(project_files, "load_migration", slowly)
    first = script(project)
    ran.clear()
    assert script(project) == first
    assert len(ran) == MANY


def test_a_file_that_listens_to_others_is_run_each_time(project: ProjectFolder, ran: list[str]) -> None:
    """A width from the project's constants is the one that it has today."""
    project.write("sizes.py", "WIDTH = 3\n")
    path = write(project.path, 9, before=f"{HEAD}from sizes import WIDTH\n\n")
    path.write_text(path.read_text().replace("sa.String(10)", "sa.String(WIDTH)"), encoding="utf-8")
    assert "VARCHAR(3)" in script(project)
    project.write("sizes.py", "WIDTH = 44\n")
    ran.clear()
    assert "VARCHAR(44)" in script(project)
    assert ran == [path.name]


def test_names_of_a_convention_are_given_each_time(project: ProjectFolder, ran: list[str]) -> None:
    """A file that leaves a name open is named by the models of today."""
    path = write(project.path, 9)
    path.write_text(path.read_text().replace("sa.String(10)", "sa.String(10), unique=True"), encoding="utf-8")
    script(project)
    project.write("shop_models.py", MODELS.format("naming_convention={'uq': 'unique_%(table_name)s'}"))
    ran.clear()
    assert "CONSTRAINT unique_t9 UNIQUE" in script(project)
    assert ran == [path.name]


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:-9] + b"x" * 9, lambda data: data[:0]])
def test_what_is_damaged_is_worth_nothing(
    project: ProjectFolder, ran: list[str], damage: Callable[[bytes], bytes]
) -> None:
    """All files are run, and kept again."""
    first = script(project)
    (place,) = project.path.glob("migrations/__pycache__/minimig-operations.*")
    good = place.read_bytes()
    place.write_bytes(damage(good))
    ran.clear()
    assert script(project) == first
    assert len(ran) == MANY
    assert place.read_bytes() == good


def test_another_minimig_keeps_its_own(project: ProjectFolder, ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations with other fields are others, even where somebody forgot to raise the version."""
    script(project)
    ran.clear()
    monkeypatch.setattr("minimig.revisions.kept_operations.shape", lambda: packing.shape() + 1)
    script(project)
    assert len(ran) == MANY


def test_what_cannot_be_unpacked_is_run(
    project: ProjectFolder, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that another minimig of this name packed may speak of classes that are not there."""
    with monkeypatch.context() as patched:
        patched.setattr("minimig.revisions.kept_operations.pack", lambda _: pickle.dumps(Path))
        first = script(project)
    ran.clear()
    assert script(project) == first
    assert len(ran) == MANY


def test_a_file_that_is_gone_is_forgotten(project: ProjectFolder) -> None:
    """What is kept does not grow with every file that there ever was."""
    script(project)
    (place,) = project.path.glob("migrations/__pycache__/minimig-operations.*")
    before = place.stat().st_size
    for path in sorted(project.path.glob("migrations/*.py"))[kept.MANY :]:
        path.unlink()
    for number in range(1, kept.MANY + 1):
        write(project.path, number, 3)
    script(project)
    assert place.stat().st_size < before * (kept.MANY + 2) / MANY
