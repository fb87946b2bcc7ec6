"""The questions of makemigrations as a person meets them: on a terminal, without one, and what databases do then."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.projects import REPOSITORY, ProjectFolder
from support.terminal import on_terminal

HEAD = "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n"
CONFIG = 'metadata = "models:metadata"\nlabel = "app"\nmigrations = "migrations"\nurl = "sqlite:///app.db"\n'


def table(name: str, *columns: str, info: str = "None") -> str:
    """A table of the models with a number and these columns."""
    lines = [f"    sa.Column({column}),\n" for column in ('"id", sa.Integer, primary_key=True', *columns)]
    return f'sa.Table("{name}", metadata,\n{"".join(lines)}    info={info})\n'


def started(folder: Path, *tables: str, url: str | None = None) -> ProjectFolder:
    """A project whose first file is written."""
    project = ProjectFolder(folder, url)
    project.write("minimig.toml", CONFIG)
    project.write("models.py", HEAD + "".join(tables))
    project.ok("makemigrations")
    return project


def change(project: ProjectFolder, *tables: str) -> None:
    """Other models."""
    project.write("models.py", HEAD + "".join(tables))


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Models that changed in every way that has to be asked about."""
    columns = ('"nick", sa.String(40)', '"bio", sa.String(80)', '"age", sa.Integer')
    project = started(tmp_path, table("users", *columns), table("old"))
    bio, handle = '"bio", sa.String(40)', '"handle", sa.String(40)'
    change(project, table("users", handle, bio, '"token", sa.Date, nullable=False, unique=True'))
    return project


# --- without a terminal -----------------------------------------------------------------------------------------------


def test_without_a_terminal_all_questions_are_told(project: ProjectFolder) -> None:
    """Exit 3, one error, nothing written; with the flags it names the file is written, and a warning stays."""
    refused = project.run("makemigrations")
    assert refused.code == 3
    flags = ["--rename", "users.nick:handle", "--drop", "old", "--drop", "users.age", "--using", "users.bio="]
    for flag, value in zip(flags[::2], flags[1::2], strict=True):
        assert f"{flag} {value}" in refused.err
    assert refused.err.count("users.handle") == 0  # a candidate of an open question
    assert project.files("migrations/*.py") == ["migrations/0001_initial.py"]
    done = project.ok("makemigrations", *flags, "--fill", "users.token=CURRENT_DATE")
    assert "note: column users.token is unique, and all rows that lack a value get CURRENT_DATE" in done.err
    assert project.ok("makemigrations").out == "No changes detected.\n"


def test_check_tells_a_difference_and_not_a_question(project: ProjectFolder) -> None:
    """--check ends with 4 and notes of what is open, also on a terminal, where it asks nothing."""
    checked = project.run("makemigrations", "--check")
    assert checked.code == 4
    assert "- drop table old" in checked.out
    assert "note: table old is no longer in the models" in checked.err
    assert "next:  pass --drop old when it is really gone" in checked.err
    shown = on_terminal(project, ["makemigrations", "--check"])
    assert shown.code == 4
    assert "Choose" not in shown.text
    assert project.files("migrations/*.py") == ["migrations/0001_initial.py"]


def test_flags_may_be_patterns(project: ProjectFolder) -> None:
    """One --drop for all that goes; one that is read wrongly is refused with an example."""
    done = project.ok(
        "makemigrations", "--drop", "*", "--using", "users.bio=left(bio, 40)", "--fill", "users.token=CURRENT_DATE"
    )
    assert "- drop column users.nick" in done.out
    assert 'using="left(bio, 40)"' in project.read("migrations/0002*.py")
    wrong = project.run("makemigrations", "--using", "bio")
    assert wrong.code == 2
    assert "--using bio is not TABLE.COLUMN=SQL" in wrong.err


def test_hints_answer_in_place_of_flags(tmp_path: Path) -> None:
    """A renamed table, a renamed column, a value and a conversion, all said in the models, and no question."""
    project = started(tmp_path, table("users", '"nick", sa.String(40)', '"size", sa.String(9)'))
    change(
        project,
        table(
            "people",
            '"handle", sa.JSON, info={"renamed_from": "nick", "using": "json(nick)"}',
            '"size", sa.Integer, nullable=False, info={"using": "length(size)", "fill": "0"}',
            info='{"renamed_from": "users"}',
        ),
    )
    project.ok("makemigrations")
    text = project.read("migrations/0002*.py")
    for said in ('RenameTable("users", "people")', '"nick", "handle"', 'using="length(size)"', 'fill="0"'):
        assert said in text
    assert project.ok("makemigrations").out == "No changes detected.\n"


def test_the_same_questions_in_every_process(tmp_path: Path, project: ProjectFolder) -> None:
    """Neither the order of hashes nor that of the tables in the models changes a word."""
    told = {project.spawn("makemigrations", env={"PYTHONHASHSEED": seed}).err for seed in "012"}
    with_rest = table("users", '"x", sa.String(9)'), table("old"), table("posts", '"y", sa.BigInteger')
    for number, order in enumerate((1, -1)):
        other = started(tmp_path / str(number), *with_rest[::order])
        change(other, *(table("users"), table("posts", '"y", sa.Integer'), table("news", '"z", sa.Date'))[::order])
        told.add(other.run("makemigrations").err)
    assert len(told) == 2
    assert all(len(text.splitlines()) > 5 for text in told)


# --- on a terminal ----------------------------------------------------------------------------------------------------


def test_a_terminal_asks_one_thing_after_the_other(project: ProjectFolder) -> None:
    """Numbers and defaults, an empty line between two questions, and the answers in the file."""
    shown = on_terminal(
        project,
        ["makemigrations"],
        ("Renamed to handle", ""),
        ("Choose [1]: ", "\n"),
        ("users.token is NOT NULL", ""),
        ("Choose [1]: ", "1\n"),
        ("> ", "CURRENT_DATE\n"),
        ("Table old is no longer in the models.", ""),
        ("Choose [2]: ", "1\n"),
        ("Column users.age is no longer in the models.", ""),
        ("Choose [2]: ", "1\n"),
        ("Column users.token is unique, and all rows that lack a value get CURRENT_DATE.", ""),
        ("Choose [1]: ", "2\n"),
        ("Column users.bio becomes VARCHAR(40) from VARCHAR(80)", ""),
        ("Choose [1]: ", "2\n"),
        ("> ", "substr(bio, 1, 40)\n"),
    )
    assert shown.code == 0
    assert (
        """\
Column users.age is no longer in the models.
  1) Drop it, with its values
  2) Stop, and write nothing
Choose [2]: 1

Column users.token"""
        in shown.text
    )
    text = project.read("migrations/0002*.py")
    for said in ('fill="CURRENT_DATE"', 'using="substr(bio, 1, 40)"', '"nick", "handle"', 'DropTable("old")'):
        assert said in text


@pytest.mark.parametrize("typed", ["\x03", "\x04"], ids=["Ctrl-C", "end of input"])
@pytest.mark.parametrize("question", [1, 2])
def test_whoever_leaves_has_written_nothing(project: ProjectFolder, typed: str, question: int) -> None:
    """At the first question or later, while choosing or while typing SQL: exit 130 and no traceback."""
    answers = [("Choose [1]: ", "\n"), ("Choose [1]: ", "1\n"), ("> ", typed)] if question == 2 else [("Choose", typed)]
    shown = on_terminal(project, ["makemigrations"], *answers)
    assert shown.code == 130
    assert shown.text.rstrip().endswith("interrupted")
    assert "Traceback" not in shown.text
    assert project.files("migrations/*.py") == ["migrations/0001_initial.py"]


def test_return_alone_drops_nothing(tmp_path: Path) -> None:
    """The default of a question about values that cannot be had back is to stop."""
    project = started(tmp_path, table("users", '"age", sa.Integer'))
    change(project, table("users"))
    shown = on_terminal(project, ["makemigrations"], ("Choose [2]: ", "\n"))
    assert shown.code == 130
    assert project.files("migrations/*.py") == ["migrations/0001_initial.py"]


def test_other_sql_may_be_given_for_a_unique_column(project: ProjectFolder) -> None:
    """The choice that is first: SQL that differs for each row takes the place of the constant."""
    known = ["--rename", "users.nick:handle", "--drop", "*", "--using", "users.bio=", "--fill", "users.token=''"]
    shown = on_terminal(project, ["makemigrations", *known], ("Choose [1]: ", "\n"), ("> ", "id\n"))
    assert shown.code == 0
    assert 'fill="id"' in project.read("migrations/0002*.py")


# --- on databases -----------------------------------------------------------------------------------------------------


def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    """What a query gives, or nothing for a statement without rows."""
    with database.engine.begin() as connection:
        result = connection.execute(sa.text(sql))
        return [tuple(row) for row in result] if result.returns_rows else []


def test_using_converts_on_every_database(tmp_path: Path, database: Database) -> None:
    """Text that is cut, and text that becomes a number: the rows are what the SQL says, and there is a way back."""
    users = table("users", '"bio", sa.String(80)', '"size", sa.String(9)')
    project = started(tmp_path, users, url=database.url)
    project.ok("migrate")
    rows(database, "INSERT INTO users (id, bio, size) VALUES (1, 'abcdefgh', '1 m'), (2, NULL, '22 m')")
    change(project, table("users", '"bio", sa.String(3)', '"size", sa.Integer'))
    kind = "signed" if database.kind == "mariadb" else "integer"
    cut = f"size=CAST(substr(size, 1, length(size) - 2) AS {kind})"
    project.ok("makemigrations", "--using", "users.bio=substr(bio, 1, 3)", "--using", f"users.{cut}")
    project.ok("migrate")
    assert rows(database, "SELECT id, bio, size FROM users ORDER BY id") == [(1, "abc", 1), (2, None, 22)]
    assert project.ok("check").code == 0
    project.ok("migrate", "app", "0001")
    assert rows(database, "SELECT bio, size FROM users WHERE id = 1") == [("abc", "1")]


@pytest.mark.parametrize(("wide", "narrow"), [("sa.String(80)", "sa.String(3)"), ("sa.BigInteger", "sa.SmallInteger")])
def test_a_value_that_does_not_fit_is_refused_or_kept(
    tmp_path: Path, database: Database, wide: str, narrow: str
) -> None:
    """As the question says: PostgreSQL and MariaDB refuse it and it stays what it was, SQLite keeps it."""
    project = started(tmp_path, table("users", f'"x", {wide}'), url=database.url)
    project.ok("migrate")
    rows(database, "INSERT INTO users (id, x) VALUES (1, '123456')")
    change(project, table("users", f'"x", {narrow}'))
    project.ok("makemigrations", "--using", "users.x=")
    done = project.run("migrate")
    assert done.code == (0 if database.kind == "sqlite" else 1)
    assert "Traceback" not in done.text
    assert str(rows(database, "SELECT x FROM users")[0][0]) == "123456"


@pytest.mark.parametrize(
    ("wide", "narrow", "value", "cut"),
    [
        ("sa.Numeric(8, 4)", "sa.Numeric(6, 2)", "1.2345", "1.23"),
        ("sa.DateTime", "sa.Date", "2024-02-03 04:05:06", "2024-02-03"),
    ],
)
def test_a_value_may_be_cut_in_silence(
    tmp_path: Path, database: Database, wide: str, narrow: str, value: str, cut: str
) -> None:
    """Where the question says so, a database cuts a value and says nothing; SQLite may keep it."""
    project = started(tmp_path, table("users", f'"x", {wide}'), url=database.url)
    project.ok("migrate")
    rows(database, f"INSERT INTO users (id, x) VALUES (1, '{value}')")
    change(project, table("users", f'"x", {narrow}'))
    project.ok("makemigrations", "--using", "users.x=")
    project.ok("migrate")
    assert str(rows(database, "SELECT x FROM users")[0][0]) in ((cut, value) if database.kind == "sqlite" else (cut,))


def test_rows_with_null_stop_a_column_that_becomes_not_null(tmp_path: Path, database: Database) -> None:
    """Without a value the rows are counted before anything runs; with one it is done."""
    project = started(tmp_path, table("users", '"x", sa.String(9)'), url=database.url)
    project.ok("migrate")
    rows(database, "INSERT INTO users (id, x) VALUES (1, NULL)")
    change(project, table("users", '"x", sa.String(9), nullable=False'))
    refused = project.run("makemigrations")
    assert "column users.x becomes NOT NULL, and rows may hold NULL" in refused.err
    project.ok("makemigrations", "--fill", "users.x=")
    failed = project.run("migrate")
    assert failed.code == 1
    assert "1 row(s) of users with NULL in x" in failed.err, failed.err
    assert "id = 1" in failed.err
    assert "give the operation a fill=" in failed.err
    assert rows(database, "SELECT id, x FROM users") == [(1, None)]
    (project.path / project.files("migrations/0002*.py")[0]).unlink()
    project.ok("makemigrations", "--fill", "users.x='none'")
    project.ok("migrate")
    assert rows(database, "SELECT x FROM users") == [("none",)]


def test_names_are_swapped_with_their_rows(tmp_path: Path, database: Database) -> None:
    """Two columns and two tables change places, on a database with rows, and back."""
    columns = ('"a", sa.String(9), index=True', '"b", sa.String(9)')
    project = started(tmp_path, table("one", *columns), table("two", '"n", sa.Integer'), url=database.url)
    project.ok("migrate")
    rows(database, "INSERT INTO one (id, a, b) VALUES (1, 'a', 'b')")
    change(project, table("two", '"b", sa.String(9), index=True', '"a", sa.String(9)'), table("one", '"n", sa.Integer'))
    renames = ["one:two", "two:one", "one.a:b", "one.b:a"]
    project.ok("makemigrations", *(word for rename in renames for word in ("--rename", rename)))
    project.ok("migrate")
    assert rows(database, "SELECT b, a FROM two") == [("a", "b")]
    assert project.ok("check").code == 0
    project.ok("migrate", "app", "0001")
    assert rows(database, "SELECT a, b FROM one") == [("a", "b")]


def test_a_rename_onto_a_name_that_stays_is_refused(tmp_path: Path) -> None:
    """It says what is in the way and which flag would say what becomes of that."""
    project = started(tmp_path, table("t", '"a", sa.Integer', '"b", sa.Integer'))
    change(project, table("t", '"b", sa.Integer'))
    refused = project.run("makemigrations", "--rename", "t.a:b")
    assert refused.code == 2
    assert "t.b is in the revision files already" in refused.err
    assert "--rename t.b:NEW or --drop t.b" in refused.err
    project.ok("makemigrations", "--rename", "t.a:b", "--drop", "t.b")
    assert 'ops.RenameColumn("t", "a", "b")' in project.read("migrations/0002*.py")


def test_the_page_about_questions_is_true(tmp_path: Path) -> None:
    """The commands of docs/howto/questions.md, typed in its project, print what the page shows."""
    page = (REPOSITORY / "docs/howto/questions.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    project = started(tmp_path, table("users", '"nick", sa.String(40)', '"bio", sa.String(80)'), table("old"))
    change(project, table("users", '"handle", sa.String(40)', '"bio", sa.String(40)'))
    for command, shown in re.findall(r"^\$ minimig (.*?)\n((?:[^$].*\n)*)", block, re.MULTILINE):
        assert project.run(*shlex.split(command)).text == shown.replace("blog:", "app:")
