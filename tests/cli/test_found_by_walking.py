"""What a new user ran into: each test is a walk that once ended in a lie, a traceback or a riddle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.cli import asking
from support.databases import Database
from support.projects import REPOSITORY, ProjectFolder

CONFIG = 'url = "sqlite:///app.db"\nmetadata = "app.models:metadata"\nmigrations = "migrations"\n'
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
notes = sa.Table("notes", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
"""
DATA_STEP = '''
"""Rows."""

import sqlalchemy as sa

from minimig import ops

dependencies = ["app.0001_initial"]


def step(conn, tables):
    conn.execute(sa.insert(tables.notes).values(id=1))
    {ending}


up = [ops.RunPython(step, reverse=ops.NOOP)]
'''


def walk(path: Path, url: str | None = None) -> ProjectFolder:
    """A project with one table and no revision yet."""
    project = ProjectFolder(path, url)
    project.write("minimig.toml", CONFIG)
    project.write("app/models.py", MODELS)
    return project


def notes(database: Database) -> int:
    """How many rows the table has."""
    with database.engine.connect() as connection:
        return connection.execute(sa.text("SELECT count(*) FROM notes")).scalar_one()


@pytest.mark.parametrize(
    ("ending", "rows"),
    [("conn.commit()", 1), ("conn.commit(); raise ValueError", 1), ("conn.rollback()", 0)],
)
def test_a_step_that_ends_its_transaction_is_told_what_stays(
    tmp_path: Path, database: Database, ending: str, rows: int
) -> None:
    """The state that the error tells is the state of the database, whoever committed."""
    project = walk(tmp_path, database.url)
    project.ok("makemigrations")
    project.write("migrations/0002_rows.py", DATA_STEP.format(ending=ending))
    result = project.run("migrate")
    assert result.code == 1
    assert "failed at operation 1 of 1: run Python step" in result.err
    assert notes(database) == rows
    assert ("what was done until the step committed stays" in result.err) == (rows == 1), result.err
    if "raise" not in ending:
        assert "the step ended the transaction it was given" in result.err


def test_a_commit_in_a_script_is_told_too(tmp_path: Path, database: Database) -> None:
    """COMMIT written as SQL keeps what stood before it, and the error says so."""
    project = walk(tmp_path, database.url)
    project.ok("makemigrations")
    script = "INSERT INTO notes (id) VALUES (1); COMMIT; INSERT INTO nowhere (id) VALUES (1)"
    body = f'up = [ops.RunSQL("{script}", reverse=ops.NOOP)]'
    project.write(
        "migrations/0002_rows.py", f'from minimig import ops\n\ndependencies = ["app.0001_initial"]\n\n{body}\n'
    )
    result = project.run("migrate")
    assert result.code == 1
    assert notes(database) == 1
    words = {"mariadb": "statement(s) of this migration took effect and stay"}  # and its journal knows which
    assert words.get(database.kind, "what was done until the step committed stays") in result.err


def test_an_interrupted_rebuild_is_an_interruption(tmp_path: Path, sqlite_database: Database) -> None:
    """Ctrl-C ends with 130 also when tidying up on the broken connection fails after it."""
    project = walk(tmp_path, sqlite_database.url)
    project.ok("makemigrations")
    ending = "\n    try:\n        raise KeyboardInterrupt\n    finally:\n        raise RuntimeError('cannot tidy up')"
    project.write("migrations/0002_rows.py", DATA_STEP.format(ending=ending))
    result = project.run("migrate")
    assert result.code == 130
    assert "app.0002_rows was interrupted at operation 1 of 1" in result.err
    assert "next:  run the same command again" in result.err
    assert notes(sqlite_database) == 0


def test_migrate_without_revision_files_says_so(tmp_path: Path, sqlite_database: Database) -> None:
    """A new user who forgets makemigrations is not told that the database is up to date."""
    result = walk(tmp_path, sqlite_database.url).ok("migrate")
    assert "there are no revision files yet. Run: minimig makemigrations" in result.out
    assert "up to date" not in result.out


def test_init_without_models_says_what_is_missing(tmp_path: Path) -> None:
    """In an empty folder, init writes a placeholder for the models, and does not keep it to itself."""
    result = ProjectFolder(tmp_path).ok("init")
    assert "no models were found" in result.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_under_the_output_does_not_stop_a_run(tmp_path: Path, sqlite_database: Database) -> None:
    """migrate carries on when its log cannot be written; other commands end with an error of one line."""
    project = walk(tmp_path, sqlite_database.url)
    project.ok("makemigrations")
    environment = {**os.environ, "MINIMIG_URL": sqlite_database.url, "PYTHONPATH": str(REPOSITORY)}
    for command, code in (("migrate", 0), ("showmigrations", 1)):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "minimig", command],
                cwd=tmp_path,
                env=environment,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )
        assert "Traceback" not in done.stderr
        assert done.returncode == code, done.stderr
        assert ("error MM100: the output cannot be written" in done.stderr) == (code == 1)
    assert notes(sqlite_database) == 0  # the table is there


def test_a_folder_that_is_missing_is_no_server_that_is_down(tmp_path: Path) -> None:
    """The hint for SQLite speaks of folders, not of hosts and passwords."""
    result = walk(tmp_path).run("--url", "sqlite:///nowhere/app.db", "migrate")
    assert result.code == 1
    assert "does the folder exist" in result.err
    assert "password" not in result.err


def test_a_wrong_answer_is_told_the_right_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A question repeats itself with the numbers that it takes."""
    answers = iter(["perhaps", "2"])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda *_: next(answers))
    assert asking.choose("Which?", ["this", "that"]) == 1
    assert "is not one of '1', '2'" in capsys.readouterr().err


def test_an_empty_file_needs_no_app_where_there_is_one(tmp_path: Path, sqlite_database: Database) -> None:
    """`makemigrations --empty` in a project of one app."""
    project = walk(tmp_path, sqlite_database.url)
    project.ok("makemigrations")
    project.ok("makemigrations", "--empty", "-n", "fill")
    assert project.files("migrations/0002_fill.py") != []


def test_the_line_of_a_step_that_is_refused_is_ended(tmp_path: Path, mariadb_database: Database) -> None:
    """A half-applied file that was edited is met when its line stands open: FAILED, and the error on a line below."""
    project = walk(tmp_path, mariadb_database.url)
    project.ok("makemigrations")
    text = (
        "from minimig import ops\n\ndependencies = ['app.0001_initial']\n\nup = [ops.RunSQL('{}'), ops.RunSQL('x')]\n"
    )
    project.write("migrations/0002_half.py", text.format("CREATE TABLE one (id INTEGER)"))
    assert project.run("migrate").code == 1
    project.write("migrations/0002_half.py", text.format("CREATE TABLE two (id INTEGER)"))
    result = project.run("migrate")
    assert (result.code, result.out.splitlines()) == (7, ["  Applying app.0002_half ... FAILED"])
