"""The benchmarks themselves: the same work for every tool, sums that are right, a program that runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import as_alembic, as_django, as_minimig
from benchmarks.history import history, twenty_changes
from benchmarks.measuring import Taken, exponent, ratio
from benchmarks.world import schema

from support.projects import REPOSITORY, ProjectFolder


@pytest.mark.parametrize("branchy", [False, True], ids=["line", "branches"])
def test_a_drawn_history_is_one_that_minimig_applies(tmp_path: Path, branchy: bool) -> None:
    """The files of a history can be applied one after the other, and models, files and database then agree."""
    as_minimig.write_history(history(24, 3, branchy=branchy), tmp_path / "p")
    project = ProjectFolder(tmp_path / "p")
    variables = {"BENCHMARK_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    assert project.run("migrate", "-q", env=variables).code == 0
    assert project.run("check", env=variables).text == "Models, revision files, database agree.\n"


def test_each_tool_gets_the_same_work(tmp_path: Path) -> None:
    """One history is as many files in the words of each tool, and the same seed gives the same history."""
    drawn = history(12, 5)
    writers = {
        "migrations/core/*.py": as_minimig,
        "migrations/versions/*.py": as_alembic,
        "core/migrations/0*": as_django,
    }
    for pattern, writer in writers.items():
        folder = tmp_path / writer.__name__
        writer.write_history(drawn, folder)
        assert len(list(folder.glob(pattern))) == 12
    again = tmp_path / "again"
    as_minimig.write_history(history(12, 5), again)
    first = tmp_path / as_minimig.__name__
    assert [file.read_text() for file in sorted(first.rglob("*.py"))] == [
        file.read_text() for file in sorted(again.rglob("*.py"))
    ]


def test_an_edit_of_the_models_is_found(tmp_path: Path) -> None:
    """The models that are compared with are changed where a row says so."""
    world = schema(30, 1)
    as_minimig.write_schema(world, tmp_path / "p")
    project, changed = (
        ProjectFolder(tmp_path / "p"),
        {"BENCHMARK_URL": "sqlite://", "BENCHMARK_MODELS": "models_changed"},
    )
    assert twenty_changes(world).tables.keys() == world.tables.keys()
    assert project.run("makemigrations", "--check", env={"BENCHMARK_URL": "sqlite://"}).code == 0
    assert project.run("makemigrations", "--check", "--no-input", env=changed).code != 0


def test_growth_is_told_without_what_a_start_costs() -> None:
    """The exponent of `a + b * size**k` is k, whatever a start costs."""
    sizes = [625, 1250, 2500, 5000]
    assert exponent(sizes, [0.5 + 0.001 * size for size in sizes]) == pytest.approx(1, abs=0.02)
    assert exponent(sizes, [0.1 + 1e-7 * size**2 for size in sizes]) == pytest.approx(2, abs=0.02)


def test_ratios_are_taken_round_by_round() -> None:
    """A round in which the machine was slow for both does not count more than others."""
    ours = [Taken(1, 1, 50), Taken(10, 10, 50), Taken(2, 2, 50)]
    theirs = [Taken(2, 2, 100), Taken(20, 20, 100), Taken(4, 4, 100)]
    assert ratio(ours, theirs, "cpu") == 0.5
    assert ratio(ours[:1], theirs, "mib") == 0.5


def test_the_program_prints_its_table() -> None:
    """`python -m tests.benchmarks` measures processes and prints one line for each goal."""
    words = [sys.executable, "-m", "tests.benchmarks", "start", "--without-peers", "--scale", "0.001", "--rounds", "0"]
    run = subprocess.run(words, cwd=REPOSITORY, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert [line.split("|")[1].strip() for line in run.stdout.splitlines()[2:]] == ["--version", "--help"]
