"""Commands of other packages: found by their name, listed in the help, and never in the way of minimig's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from minimig.cli.main import cli
from support.projects import ProjectFolder

CONFIG = 'url = "sqlite:///blog.db"\nmetadata = "models:metadata"\nmigrations = "migrations"\nlabel = "blog"\n'
MODULE = """
import click

import minimig


@click.command()
@click.option("--loud", is_flag=True)
@click.pass_obj
def report(session, loud):
    '''Say what is pending.'''
    text = f"pending: {len(minimig.pending(session.project()))}"
    click.echo(text.upper() if loud else text)
    return 4


@click.command()
def migrate():
    click.echo("not minimig's")


nothing = None
"""
POINTS = """
[minimig.commands]
report = plugged_commands_of_a_test:report
migrate = plugged_commands_of_a_test:migrate
nothing = plugged_commands_of_a_test:nothing
missing = not_there_at_all:command
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectFolder:
    """A project with one revision, and an installed distribution that brings commands."""
    site = tmp_path / "site"
    folder = ProjectFolder(tmp_path / "project")
    folder.write("minimig.toml", CONFIG)
    folder.write("models.py", "import sqlalchemy as sa\nmetadata = sa.MetaData()\nsa.Table('t', metadata)\n")
    folder.write("migrations/0001_initial.py", "dependencies = []\nup = []\n")
    for name, points in {"reports": POINTS, "others": "[minimig.commands]\ntwice = a:b\n"}.items():
        info = site / f"{name}-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(points + ("twice = c:d\n" if name == "reports" else ""))
    (site / "plugged_commands_of_a_test.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, "plugged_commands_of_a_test", raising=False)
    return folder


def test_a_command_of_a_package_runs(project: ProjectFolder) -> None:
    """It has options of its own, gets the project that the global options name, and its exit code counts."""
    result = project.run("report")
    assert (result.code, result.out) == (4, "pending: 1\n"), result.text
    assert project.run("--url", "sqlite:///other.db", "report", "--loud").out == "PENDING: 1\n"


def test_the_help_lists_it_without_importing_it(project: ProjectFolder) -> None:
    """Its package is named; its module is not loaded for that."""
    text = project.ok("--help").out
    assert "Commands of other packages" in text
    assert "report" in text.partition("Commands of other packages")[2]
    assert "From reports." in text
    assert "plugged_commands_of_a_test" not in sys.modules
    assert "Say what is pending." in project.ok("report", "--help").out


def test_minimigs_own_commands_win(project: ProjectFolder) -> None:
    """A package cannot put another `migrate` in place of minimig's."""
    assert "not minimig's" not in project.ok("migrate").out
    assert cli.get_command(None, "migrate").callback.__module__ == "minimig.cli.applying"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "not a click command"),
        ("missing", "cannot be imported: ModuleNotFoundError"),
        ("twice", "brought by several packages"),
    ],
)
def test_what_is_wrong_with_one_is_said(project: ProjectFolder, name: str, words: str) -> None:
    """A command that cannot be had is an error with the package in it, no traceback."""
    result = project.run(name)
    assert result.code == 1
    assert words in result.err
    assert "reports" in result.err


def test_a_word_that_is_nearly_one(project: ProjectFolder) -> None:
    """The hint for an unknown command knows these names too."""
    result = project.run("reprot")
    assert result.code == 2
    assert "report" in result.err
