"""`minimig migrate` where there is nothing to do: what it does not touch, and where it leaves the answer to others."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from minimig.revisions.kept import MANY as WORTH
from support.projects import REPOSITORY

MANY = WORTH + 6
FEW = 3
CONFIG = """[tool.minimig]
url = "sqlite:///blog.db"
label = "blog"
metadata = "blog_models:metadata"
migrations = "migrations"
"""
MODELS = "raise SystemExit('the models were imported')\n"

# `python -m minimig` with arguments, and then on stderr what it loaded, sent, and opened in the folder of revisions.
PROGRAM = """
import runpy, sys
opened = []
sys.addaudithook(lambda event, words: event == "open" and opened.append(str(words[0])))
import sqlalchemy
sent = []
sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", lambda *words: sent.append(words[2]))
sys.argv = ["minimig", *sys.argv[1:]]
try:
    runpy.run_module("minimig", run_name="__main__", alter_sys=True)
finally:
    rooms = ("networkx", "minimig.operations", "minimig.state", "minimig.runtime", "blog_models")
    print("loaded:", *(name for name in rooms if name in sys.modules), file=sys.stderr)
    print("sent:", len(sent), file=sys.stderr)
    print("read:", sum("migrations" in name and name.endswith(".py") for name in opened), file=sys.stderr)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a few revisions, and models that nobody may import."""
    tmp_path.joinpath("pyproject.toml").write_text(CONFIG, encoding="utf-8")
    tmp_path.joinpath("blog_models.py").write_text(MODELS, encoding="utf-8")
    for number in range(1, FEW + 1):
        write(tmp_path, number)
    return tmp_path


def write(folder: Path, number: int, more: str = "") -> Path:
    """Write one revision after the one before it."""
    before = [f"{number - 1:04}_step"] if number > 1 else []
    path = folder / "migrations" / f"{number:04}_step.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"dependencies = {before}\n{more}\nup = []\ndown = []\n", encoding="utf-8")
    os.utime(path, (10**9, 10**9))
    return path


def run(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a Python that may keep what it read."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **variables}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(folder.parent / "kept")  # shared: compiled once
    command = [sys.executable, "-c", PROGRAM, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def settle(folder: Path) -> None:
    """Have enough revisions for their headers to be kept, applied, and old enough to be known by their times."""
    for number in range(FEW + 1, MANY + 1):
        write(folder, number)
    done = run(folder, "migrate", "--fake")
    assert done.returncode == 0, done.stderr
    time.sleep(2.1)
    run(folder, "migrate")


def counts(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What was loaded, sent and read."""
    return done.stderr.splitlines()[-3:]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["migrate"], "Nothing to do: the database is up to date.\n"),
        (["migrate", "--check"], ""),
        (["migrate", "-q"], ""),
        (["-q", "migrate"], ""),
    ],
)
def test_a_database_that_has_all_costs_one_query(project: Path, words: list[str], said: str) -> None:
    """No model, no operation and no networkx is loaded, no revision file opened, and one query sent."""
    settle(project)
    done = run(project, *words)
    assert (done.returncode, done.stdout) == (0, said)
    assert counts(done) == ["loaded:", "sent: 1", "read: 0"]


def _forget(folder: Path) -> None:
    _sql(folder, f"DELETE FROM minimig_version WHERE name = '{FEW:04}_step'")


def _sql(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "blog.db") as connection:
        connection.execute(statement)
    connection.close()


def _env(folder: Path) -> None:
    folder.joinpath("env.py").write_text(
        "import dataclasses\n"
        "def told(steps, connection):\n    print('told of', len(steps))\n"
        "def configure(environment):\n    return dataclasses.replace(environment, after_run=[told])\n",
        encoding="utf-8",
    )
    folder.joinpath("pyproject.toml").write_text(CONFIG + 'env = "env.py"\n', encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (lambda _: None, 0, "Nothing to do"),
        (_forget, 0, f"Applying blog.{FEW:04}_step"),
        (lambda folder: write(folder, FEW + 1), 0, f"Applying blog.{FEW + 1:04}_step"),
        (lambda folder: write(folder, FEW, "up = ["), 1, "not valid Python"),
        (lambda folder: write(folder, FEW, "labels = 1"), 1, "`labels` must be a list"),
        (lambda folder: (folder / "migrations" / f"{FEW:04}_step.py").unlink(), 0, "there is no such revision file"),
        (lambda folder: (folder / "migrations" / "0002_step.py").unlink(), 1, "depends on blog.0002_step"),
        (lambda folder: _sql(folder, "UPDATE minimig_version SET unfinished = 'backward'"), 7, "is half taken back"),
        (lambda folder: _sql(folder, "ALTER TABLE minimig_version DROP COLUMN unfinished"), 0, "Nothing to do"),
        (_env, 0, "told of 0"),
        (lambda folder: (folder / "blog.db").unlink(), 0, "Applying blog.0001_step"),
    ],
    ids=[
        "at rest",
        "row gone",
        "file added",
        "file broken",
        "header broken",
        "last file gone",
        "file gone",
        "half taken back",
        "older table",
        "env file",
        "no database",
    ],
)
def test_whatever_is_not_certain_is_left_to_the_command(
    project: Path, change: Callable[[Path], object], code: int, told: str
) -> None:
    """The shortcut is a shortcut: with anything to do, or to tell, the outcome is the command's own."""
    run(project, "migrate", "--fake")
    change(project)
    done = run(project, "migrate")
    assert told in done.stdout + done.stderr
    assert done.returncode == code, done.stderr


def test_an_option_in_a_variable_counts(project: Path) -> None:
    """MINIMIG_MIGRATE_PLAN=1 is `--plan`, and then there is a plan to print, also where there is nothing to do."""
    assert "Plan for" in run(project, "migrate", MINIMIG_MIGRATE_PLAN="1").stdout
    assert (
        not project.joinpath("blog.db").exists()
        or not sqlite3.connect(project / "blog.db").execute("SELECT 1 FROM sqlite_master").fetchall()
    )


def test_no_connection_is_told_once_and_without_the_password(project: Path) -> None:
    """A server that does not answer is an error of one line of the database, tried once."""
    done = run(project, "--url", "postgresql://postgres:s3cret-word@127.0.0.1:1/nowhere", "migrate")
    assert done.returncode == 1
    assert "cannot connect to" in done.stderr
    assert "s3cret-word" not in done.stderr
    assert "Traceback" not in done.stderr
