"""`migrate --fake-initial`: a first migration whose tables are there is recorded, when they are what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

import minimig
from minimig.errors import HistoryError
from support.databases import Database
from support.histories import WORDS, History, add, two_apps
from support.projects import ProjectFolder

WHOLE = 'ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("nick", sa.String(40)))'


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """Two apps; `accounts` makes its whole table in the first file."""
    folder = two_apps(tmp_path, database.url)
    add(folder, "accounts.0001_users", [], WHOLE)
    add(folder, "accounts.0002_nick", ["0001_users"], 'ops.AddColumn("users", sa.Column("mail", sa.String(80)))')
    folder.write(
        "shop/models.py", folder.read("shop/models.py").replace("40)))", '40)), sa.Column("mail", sa.String(80)))')
    )
    return folder


def run(database: Database, *statements: str) -> None:
    """Execute statements by hand, as whoever made the tables before minimig came."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, nick VARCHAR(40))"
CARTS = "CREATE TABLE carts (id INTEGER PRIMARY KEY)"
SERIAL = {"postgresql": "SERIAL", "mariadb": "INTEGER AUTO_INCREMENT"}


def made_by_hand(database: Database, statement: str) -> str:
    """The statement with the key that numbers itself, as this database writes it."""
    return statement.replace("INTEGER", SERIAL.get(database.kind, "INTEGER"), 1)


def test_tables_that_are_there_are_recorded(project: ProjectFolder, database: Database) -> None:
    """Both apps' first migrations are faked, with their rows left alone; the rest runs, and all agree afterwards."""
    run(database, *(made_by_hand(database, sql) for sql in (USERS, CARTS)), "INSERT INTO users VALUES (7, 'kim')")
    plan = project.ok("migrate", "--fake-initial", "--plan").out
    assert plan.count("(faked: recorded, not run)") == 2
    told = json.loads(project.ok("migrate", "--fake-initial", "--plan", "--json").out)
    assert [step["faked"] for step in told["steps"]] == [True, False, True, False]
    out = project.ok("migrate", "--fake-initial").out
    lines = [line.split() for line in out.splitlines() if "Applying" in line]
    assert [(words[1], words[3]) for words in lines] == [
        ("accounts.0001_users", "faked"),
        ("accounts.0002_nick", "ok"),
        ("shop.0001_carts", "faked"),
        ("shop.0002_owner", "ok"),
    ]
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, nick FROM users").all() == [(7, "kim")]
    assert "agree" in project.ok("check").out


def test_nothing_there_runs_as_ever(project: ProjectFolder, database: Database) -> None:
    """On an empty database the option changes nothing; with one app there, only that one is faked."""
    run(database, made_by_hand(database, CARTS))
    out = project.ok("migrate", "--fake-initial").out
    assert [line.split()[3] for line in out.splitlines() if "Applying" in line] == ["ok", "ok", "faked", "ok"]
    project.ok("check")
    assert "Nothing to do" in project.ok("migrate", "--fake-initial").out


def test_another_definition_is_refused_with_the_difference(project: ProjectFolder, database: Database) -> None:
    """The names are the same and a column is narrower and NOT NULL: refused, and told from what to what."""
    run(database, made_by_hand(database, "CREATE TABLE users (id INTEGER PRIMARY KEY, nick VARCHAR(20) NOT NULL)"))
    result = project.run("migrate", "--fake-initial")
    assert result.code == 7
    assert "the database has what accounts.0001_users makes, but not as the file says" in result.err
    assert "VARCHAR(20) -> VARCHAR(40)" in result.err
    assert "nullable no -> yes" in result.err
    assert "minimig_version" not in sa.inspect(database.engine).get_table_names()


def test_a_column_too_many_is_a_difference(project: ProjectFolder, database: Database) -> None:
    """A database that is further on is not at the first migration: it says which column it has besides."""
    run(database, made_by_hand(database, USERS.replace("40)", "40), mail VARCHAR(80)")))
    result = project.run("migrate", "--fake-initial", "accounts")
    assert (result.code, "drop column users.mail" in result.err, "minimig stamp" in result.err) == (7, True, True)


def test_a_part_is_refused(tmp_path: Path, database: Database) -> None:
    """Of two tables one is there: both are named, and nothing is run or recorded."""
    history = History.at(tmp_path, database)
    second = 'ops.CreateTable("lists", sa.Column("id", sa.Integer, primary_key=True))'
    history.write("0001_words", WORDS.rstrip().removesuffix("]") + f",\n    {second},\n]")
    history.run("CREATE TABLE words (id INTEGER PRIMARY KEY, word VARCHAR(200))")
    with pytest.raises(HistoryError, match=r"has a part of what shop\.0001_words makes") as caught:
        history.migrate(fake_initial=True)
    assert "there:   table words\n  missing: table lists" in caught.value.message
    assert history.tables == {"words"}


def test_initial_in_the_file_decides(project: ProjectFolder, database: Database) -> None:
    """`initial = True` makes a later file of an app count, `initial = False` a first one not."""
    run(
        database, made_by_hand(database, USERS), made_by_hand(database, CARTS), "ALTER TABLE users ADD mail VARCHAR(80)"
    )
    nick = 'ops.AddColumn("users", sa.Column("mail", sa.String(80)))'
    add(project, "accounts.0002_nick", ["0001_users"], nick, "initial = True")
    out = project.ok("migrate", "--fake-initial", "--plan", "accounts").out
    assert out.count("(faked") == 2
    add(project, "accounts.0001_users", [], WHOLE, "initial = False")
    refused = project.run("migrate", "--fake-initial", "accounts", "0001")
    assert (refused.code, "users" in refused.err) == (1, True)


def test_a_squash_counts_as_one(project: ProjectFolder, database: Database) -> None:
    """A squash that begins an app is compared as a whole and recorded together with what it replaces."""
    project.ok("squashmigrations", "accounts", "--no-input")
    run(database, made_by_hand(database, USERS.replace("40)", "40), mail VARCHAR(80)")))
    out = project.ok("migrate", "--fake-initial", "accounts").out
    assert "accounts.0001_squashed_0002_nick" in out
    assert "faked" in out
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM minimig_version").scalar_one() == 3
    project.ok("migrate", "accounts", "zero")
    assert "users" not in sa.inspect(database.engine).get_table_names()


def test_what_the_state_says_counts(tmp_path: Path, database: Database) -> None:
    """With state and database apart, the table of the state is looked for; data steps of a faked file do not run."""
    history = History.at(tmp_path, database)
    body = """
def fill(connection, tables):
    connection.execute(sa.insert(tables.words).values(id=1, word="never"))

table = ops.CreateTable("words", sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", sa.String(200)))
up = [
    ops.SeparateStateAndDatabase(state_operations=[table], database_operations=[table]),
    ops.RunPython(fill, reverse=ops.NOOP),
]
"""
    history.write("0001_words", body.replace("table", "_table").replace("_tables", "tables"))
    history.run("CREATE TABLE words (id INTEGER PRIMARY KEY, word VARCHAR(200))")
    if database.kind != "sqlite":
        with pytest.raises(HistoryError, match="autoincrement"):
            history.migrate(fake_initial=True)
        history.run(
            "DROP TABLE words", f"CREATE TABLE words (id {SERIAL[database.kind]} PRIMARY KEY, word VARCHAR(200))"
        )
    result = history.migrate(fake_initial=True)
    assert [planned.step.faked for planned in result.steps] == [True]
    assert history.values("SELECT count(*) FROM words") == [0]


def test_it_works_on_a_connection_of_the_caller(tmp_path: Path, database: Database) -> None:
    """Inside the caller's transaction it records there, and a rollback takes the row away again."""
    history = History.at(tmp_path, database)
    history.write("0001_words", WORDS)
    history.migrate()
    history.run("DELETE FROM minimig_version")
    with database.engine.connect() as connection, connection.begin() as transaction:
        minimig.migrate(connection, history.folder, fake_initial=True)
        assert connection.exec_driver_sql("SELECT name FROM minimig_version").scalars().all() == ["0001_words"]
        transaction.rollback()
    assert history.applied == []


def test_fake_and_fake_initial_exclude_each_other(project: ProjectFolder) -> None:
    """Two options that would mean two things: a usage error."""
    assert project.run("migrate", "--fake", "--fake-initial").code == 2
