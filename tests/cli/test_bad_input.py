"""What a user can get wrong: each mistake gets a message that says what, where and what next, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from support.projects import ProjectFolder, Result

CONFIG = """
url = "sqlite:///app.db"
metadata = "blog.models:metadata"
migrations = "migrations"
"""
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
FIRST = '''"""First."""
import sqlalchemy as sa
from minimig import ops

dependencies = []
up = [ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True))]
'''
SECOND = '''"""Second."""
import sqlalchemy as sa
from minimig import ops

dependencies = ["blog.0001_initial"]
up = [ops.AddColumn("users", sa.Column("age", sa.Integer))]
'''


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """A configured project with models and one revision file, on SQLite."""
    folder = ProjectFolder(tmp_path)
    folder.write("minimig.toml", CONFIG)
    folder.write("blog/__init__.py", "")
    folder.write("blog/models.py", MODELS)
    folder.write("migrations/0001_initial.py", FIRST)
    return folder


def refused(result: Result, code: int, *words: str) -> None:
    """The command ended with this code, its message holds these words, and no traceback is shown."""
    assert result.code == code, result.text
    for word in words:
        assert word in result.err
    assert "Traceback" not in result.text
    assert result.err.startswith("error MM")


def untouched(project: ProjectFolder) -> bool:
    """Whether no table was made and no file left behind."""
    engine = sa.create_engine(f"sqlite:///{project.path / 'app.db'}")
    try:
        return sa.inspect(engine).get_table_names() == []
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (FIRST.replace("up = [", "up = [["), ["0001_initial.py:"]),
        (FIRST + "depends = []\n", ["0001_initial.py:7", "depends"]),
        (FIRST.replace("CreateTable", "CreateTabel"), ["CreateTable"]),
        (FIRST.replace("[]\nup", '["blog.0000_gone"]\nup'), ["blog.0000_gone", "blog.0001_initial"]),
        (FIRST.replace("dependencies = []", "dependencies = get()"), ["0001_initial.py:5", "dependencies"]),
        (FIRST.replace("[ops.CreateTable", "['x', ops.CreateTable"), ["0001_initial.py"]),
        (FIRST.replace("up = ", "import nowhere_to_be_found\nup = "), ["nowhere_to_be_found"]),
        (FIRST.replace("primary_key=True)", "primary_key=True), sa.Column('id', sa.Text)"), ["id"]),
    ],
    ids=[
        "syntax",
        "unknown name",
        "unknown operation",
        "missing parent",
        "not literal",
        "not an operation",
        "import",
        "twice",
    ],
)
def test_a_broken_revision_file_is_named_with_its_line(project: ProjectFolder, file: str, words: list[str]) -> None:
    """Whatever is wrong with a file, the message names it, and nothing runs."""
    project.write("migrations/0001_initial.py", file)
    refused(project.run("migrate"), 1, *words)
    assert untouched(project)


def test_a_cycle_is_shown_as_the_way_round(project: ProjectFolder) -> None:
    """Files that wait for each other are named in order."""
    project.write("migrations/0001_initial.py", FIRST.replace("dependencies = []", 'dependencies = ["0002_second"]'))
    project.write("migrations/0002_second.py", SECOND)
    refused(project.run("migrate"), 1, "blog.0001_initial", "blog.0002_second")
    assert untouched(project)


def test_an_operation_that_does_not_fit_stops_the_whole_plan(project: ProjectFolder) -> None:
    """A second file that speaks of a missing table is found before the first one runs."""
    project.write("migrations/0002_second.py", SECOND.replace('"users", sa', '"user", sa'))
    refused(project.run("migrate"), 1, "there is no table 'user'", "0002_second.py", "users")
    assert untouched(project)


def test_an_irreversible_step_is_found_before_the_first_statement(project: ProjectFolder) -> None:
    """Going down through a step without a reverse changes nothing, though later steps could be taken back."""
    middle = SECOND.replace("up = [", "up = [ops.RunSQL('SELECT 1'), ")
    project.write("migrations/0002_second.py", middle)
    third = SECOND.replace("0001_initial", "0002_second").replace('"age"', '"size"')
    project.write("migrations/0003_third.py", third)
    project.ok("migrate")
    refused(project.run("migrate", "blog", "0001"), 1, "0002_second", "no reverse")
    assert "[X] 0003_third" in project.ok("showmigrations").out


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ("import nowhere_to_be_found\n", ["nowhere_to_be_found", "models.py:1"]),
        ("metadata = \n", ["models.py"]),
        ("import sqlalchemy as sa\nmetadata = sa.MetaData()\n", ["no table", "import"]),
        ("import sqlalchemy as sa\nmeta_data = sa.MetaData()\n", ["metadata", "meta_data"]),
        ("metadata = 7\n", ["blog.models:metadata"]),
    ],
    ids=["import", "syntax", "empty", "wrong name", "wrong kind"],
)
def test_models_that_cannot_be_read(project: ProjectFolder, models: str, words: list[str]) -> None:
    """makemigrations says what is wrong with the models and writes nothing."""
    project.write("blog/models.py", models)
    refused(project.run("makemigrations"), 1, *words)
    assert project.files("migrations/*.py") == ["migrations/0001_initial.py"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://nobody:secret@127.0.0.1:1/none", ["cannot connect", "127.0.0.1"]),
        ("nonsense", ["URL"]),
        ("postgrsql://localhost/x", ["postgrsql"]),
        ("sqlite:////nowhere/at/all.db", ["nowhere"]),
    ],
    ids=["unreachable", "no URL", "misspelled", "no folder"],
)
def test_a_database_that_cannot_be_reached(project: ProjectFolder, url: str, words: list[str]) -> None:
    """The message says which database, never its password, and what to look at."""
    result = project.run("--url", url, "migrate")
    refused(result, 1, *words)
    assert "secret" not in result.text


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (["blog", "0009"], ["0009"]),
        (["blog", "0001_intial"], ["0001_initial"]),
        (["blgo"], ["blog"]),
        (["blog", "+7"], ["+7"]),
        (["blog", "000"], ["0001_initial", "0002_second"]),
    ],
    ids=["unknown", "misspelled", "no such app", "past the end", "ambiguous"],
)
def test_a_target_that_is_none(project: ProjectFolder, target: list[str], words: list[str]) -> None:
    """An unknown or ambiguous target offers the nearest names."""
    project.write("migrations/0002_second.py", SECOND)
    refused(project.run("migrate", *target), 2, *words)
    assert untouched(project)


def test_a_file_that_is_gone_is_history_and_files_disagreeing(project: ProjectFolder) -> None:
    """A revision that the database has and no file has ends with exit code 7 as soon as there is something to do."""
    project.write("migrations/0002_second.py", SECOND)
    project.ok("migrate")
    (project.path / "migrations/0002_second.py").unlink()
    assert "warning: the database has blog.0002_second" in project.ok("migrate").err
    refused(project.run("migrate", "blog", "zero"), 7, "blog.0002_second", "no such revision file")
    assert "no such file" in project.ok("showmigrations").out


def test_without_configuration_the_way_in_is_named(tmp_path: Path) -> None:
    """A command in a folder without configuration points to minimig init."""
    refused(ProjectFolder(tmp_path).run("migrate"), 1, "minimig init")


def test_init_overwrites_nothing(project: ProjectFolder) -> None:
    """init refuses where a configuration exists, and leaves it as it was."""
    refused(project.run("init", "--yes"), 1, "already")
    assert project.read("minimig.toml") == CONFIG


def test_an_unknown_command_offers_the_nearest(project: ProjectFolder) -> None:
    """A misspelled command is a usage error with a suggestion."""
    result = project.run("migrat")
    assert result.code == 2
    assert "migrate" in result.err


def test_an_answer_without_a_question_is_refused(project: ProjectFolder) -> None:
    """A --rename that matches nothing writes no file."""
    project.write(
        "blog/models.py", MODELS.replace("primary_key=True)", 'primary_key=True), sa.Column("age", sa.Integer)')
    )
    refused(project.run("makemigrations", "--rename", "users.years:age"), 2, "users.years")
    assert project.files("migrations/*.py") == ["migrations/0001_initial.py"]
