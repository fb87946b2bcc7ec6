"""The state behind many revisions, kept between runs: what replaying them leads to, and never anything else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from minimig.commands import project_files
from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import Environment
from minimig.revisions import kept
from minimig.revisions.kept_operations import KeptOperations
from minimig.revisions.replay import replay
from minimig.state.schema import SchemaState

COUNT = 12
OLD = time.time_ns() - 3600 * 10**9
CONFIG = '[tool.minimig]\nlabel = "shop"\nmetadata = "shop_models:metadata"\nmigrations = "migrations"\n'
FIRST = 'ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True))'
ADD = 'ops.AddColumn("t", sa.Column("c{}", sa.String(1{})))'
STEP = "def step(connection, tables):\n    connection.execute(sa.update(tables.t).values(c2='x'))\n\n\n"


def write(folder: Path, number: int, *, size: int = 0, before: str = "", operation: str = "") -> Path:
    """A revision, an hour old, that adds a column; `size` changes what it means and not how long it is."""
    path = folder / "migrations" / f"{number:04}_step.py"
    path.parent.mkdir(exist_ok=True)
    links = [f"shop.{number - 1:04}_step"] if number > 1 else []
    up = operation or (FIRST if number == 1 else ADD.format(number, size))
    text = f"import sqlalchemy as sa\n\nfrom minimig import ops\n\n{before}dependencies = {links!r}\n\nup = [{up}]\n"
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(OLD, OLD))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose few revisions count as many."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    monkeypatch.setattr("sys.pycache_prefix", None)
    monkeypatch.setattr(kept, "MANY", 1)
    monkeypatch.setattr(kept, "SETTLED", -60 * 10**9)  # the time of entry of a file cannot be set back
    monkeypatch.setattr(project_files, "WORTH", 5)
    (tmp_path / "pyproject.toml").write_text(CONFIG, encoding="utf-8")
    for number in range(1, COUNT + 1):
        write(tmp_path, number)
    return tmp_path


def opened(folder: Path) -> Project:
    """The project with nothing read yet."""
    return Project(Environment(load_settings(folder, environ={}, overrides={})))


def found(folder: Path) -> tuple[SchemaState, int]:
    """The state that the files lead to, and of how many files the operations were needed for it."""
    project = opened(folder)
    state = project.files_state
    return state, len(project._loaded)


def as_the_files_say(folder: Path) -> SchemaState:
    """The same, each file replayed."""
    return replay(opened(folder).migrations)


def test_the_second_time_nothing_is_replayed(folder: Path) -> None:
    """The state is the same, and no operation was needed for it."""
    assert found(folder) == (as_the_files_say(folder), COUNT)
    assert found(folder) == (as_the_files_say(folder), 0)


def test_what_came_later_is_replayed_on_it(folder: Path) -> None:
    """A new revision is the only one that is looked into."""
    found(folder)
    write(folder, COUNT + 1)
    state, loaded = found(folder)
    assert (state, loaded) == (as_the_files_say(folder), 1)
    assert f"c{COUNT + 1}" in state["t"].columns


def test_an_earlier_point_is_replayed_from_the_beginning(folder: Path) -> None:
    """A state that holds more than what is asked for is of no use."""
    found(folder)
    project = opened(folder)
    assert [*project.state_after(project.graph.order()[:3])["t"].columns] == ["id", "c2", "c3"]


def test_data_steps_are_no_obstacle(folder: Path) -> None:
    """A file with a function of its own does the same to the schema, though its operations are not kept."""
    write(folder, 7, before=STEP, operation="ops.RunPython(step)")
    assert found(folder)[1] == COUNT
    assert found(folder)[1] == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder, 7, size=5),
        lambda folder: write(folder, 7, operation="ops.DropColumn('t', 'c6')"),
        lambda folder: write(folder, 7, before="# a comment\n\n"),
    ],
    ids=["a size", "another operation", "a comment"],
)
def test_an_edited_file_counts_as_it_is(folder: Path, change: Callable[[Path], object]) -> None:
    """Wherever it stands, the state is what all files lead to now."""
    found(folder)
    change(folder)
    state, loaded = found(folder)
    assert state == as_the_files_say(folder)
    assert loaded == COUNT


def test_files_that_listen_to_others_keep_it_from_being_kept(folder: Path) -> None:
    """One width that the project decides on, and each file is replayed."""
    sizes = folder / "shop_sizes.py"
    sizes.write_text("WIDTH = 3\n", encoding="utf-8")
    operation = 'ops.AddColumn("t", sa.Column("c7", sa.String(WIDTH)))'
    write(folder, 7, before="from shop_sizes import WIDTH\n\n", operation=operation)
    for _ in range(2):
        assert found(folder) == (as_the_files_say(folder), COUNT)


def test_nothing_is_loaded_while_it_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tenants are migrated by several threads: one may not add to what another is writing down."""
    project = opened(folder)
    first = project.headers[0]
    waited: list[bool] = []

    def keeping(*_: object) -> None:
        loading = Thread(target=project.load_file, args=(first,), daemon=True)
        loading.start()
        loading.join(0.1)
        waited.append(loading.is_alive())

    monkeypatch.setattr(KeptOperations, "keep", keeping)
    assert len(project.migrations) == COUNT
    assert waited == [True]


def test_whoever_listens_hears_of_each_revision(folder: Path) -> None:
    """What is explained is replayed, for it is what there is to tell."""
    found(folder)
    told: list[str] = []
    project = Project(
        Environment(load_settings(folder, environ={}, overrides={})),
        tell=lambda stage: told.append(type(stage).__name__),
    )
    assert project.files_state == as_the_files_say(folder)
    assert told.count("MigrationReplayed") == COUNT
