"""The env file at work in a run: told of each step, preparing connections, reading -x and --tag; logs and levels."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

import minimig
from minimig.cli.main import cli
from minimig.commands.authoring import MakeOptions, make_empty
from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import load_environment
from support.databases import Database
from support.histories import History, add, two_apps
from support.projects import ProjectFolder

AUDIT = """
from dataclasses import replace
import sqlalchemy as sa

def audit(step, connection):
    if step.revision.startswith("{but}"):
        raise RuntimeError("not today")
    word = "up" if step.forward else "down"
    connection.execute(
        sa.text("INSERT INTO audit VALUES (:revision, :word, :faked, :tag, :doc)"),
        dict(revision=step.revision, word=word, faked=int(step.step.faked), tag=TAG, doc=step.doc),
    )

def configure(environment):
    global TAG
    TAG = environment.tag
    return replace(environment, on_step=(*environment.on_step, audit))
"""


def project_with(path: Path, database: Database, env: str) -> ProjectFolder:
    """Two apps with two revisions each, and an env file."""
    project = two_apps(path, database.url)
    old = project.read("minimig.toml")
    project.write("minimig.toml", f'env = "env.py"\n{old}')
    project.write("env.py", env)
    return project


def audited(database: Database) -> list[tuple[str, str, int, str | None]]:
    """What `audit` wrote: the short revision, the direction, whether it was only recorded, and the tag."""
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT revision, word, faked, tag FROM audit").all()
    return [(str(row[0])[: str(row[0]).index(".") + 5], row[1], row[2], row[3]) for row in rows]


def make_audit(database: Database) -> None:
    """The table that `audit` writes to."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE audit (revision VARCHAR(99), word VARCHAR(9), faked INT, tag VARCHAR(9), doc VARCHAR(99))"
        )


def test_on_step_hears_of_every_step(tmp_path: Path, database: Database) -> None:
    """Up, down, faked and stamped: each step is told, inside its transaction, with the text of --tag."""
    make_audit(database)
    project = project_with(tmp_path, database, AUDIT.replace("{but}", "nothing"))
    project.ok("migrate", "accounts", "--tag", "one")
    project.ok("upgrade", "accounts.0002", "--tag", "none")
    project.ok("downgrade", "accounts.0001", "--tag", "two")
    project.ok("migrate", "accounts", "--fake", "--tag", "three")
    project.ok("stamp", "accounts.zero", "--tag", "four")
    assert audited(database) == [
        ("accounts.0001", "up", 0, "one"),
        ("accounts.0002", "up", 0, "one"),
        ("accounts.0002", "down", 0, "two"),
        ("accounts.0002", "up", 1, "three"),
        ("accounts.0002", "down", 1, "four"),
        ("accounts.0001", "down", 1, "four"),
    ]


def test_a_failing_on_step_takes_its_step_back(tmp_path: Path, database: Database) -> None:
    """What it raises fails the migration: no row of the step is left, and nothing where DDL can be rolled back."""
    make_audit(database)
    project = project_with(tmp_path, database, AUDIT.replace("{but}", "accounts.0002"))
    result = project.run("migrate", "accounts")
    assert result.code == 1
    assert "`on_step` of the environment failed: RuntimeError: not today" in result.err
    assert str(project.path / "env.py") in result.err
    assert audited(database) == [("accounts.0001", "up", 0, None)]
    with database.engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM minimig_version").scalars().all()
    assert [name[:4] for name in names] == ["0001"]
    expected = "2 statement(s)" if database.kind == "mariadb" else "rolled back, this migration left nothing behind"
    assert expected.replace("2 ", "") in result.err
    assert project.run("stamp", "accounts.0002").code == 1
    assert audited(database) == [("accounts.0001", "up", 0, None)]


def test_an_on_step_that_commits_is_told_so(tmp_path: Path, database: Database) -> None:
    """It was given a transaction that is not its own: an error says that what was done stays."""
    env = "from dataclasses import replace\ndef end(step, connection): connection.commit()\n"
    env += "def configure(environment): return replace(environment, on_step=(end,))\n"
    project = project_with(tmp_path, database, env)
    result = project.run("migrate", "accounts")
    assert result.code == 1
    assert "a function of `on_step` ended the transaction it was given" in result.err
    assert "stays" in result.err
    assert "rolled back, this migration left nothing" not in result.err


def test_on_step_of_another_shape_is_told_with_its_line(tmp_path: Path, sqlite_database: Database) -> None:
    """A function that takes one argument: the place is its line, not one of minimig."""
    env = "from dataclasses import replace\ndef told(step): pass\n"
    env += "def configure(environment): return replace(environment, on_step=(told,))\n"
    project = project_with(tmp_path, sqlite_database, env)
    result = project.run("stamp", "heads")
    assert (result.code, "takes 1 positional argument" in result.err) == (1, True)
    assert f"where: {project.path / 'env.py'}:2" in result.err


def test_prepare_moves_a_run_into_another_schema(tmp_path: Path, postgresql_database: Database) -> None:
    """SET search_path lasts for the run: tables and version table are made there, and `check` looks there."""
    env = "from dataclasses import replace\n"
    env += "def prepare(connection): connection.exec_driver_sql('SET search_path TO tenant')\n"
    env += "def configure(environment): return replace(environment, prepare=prepare)\n"
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA tenant")
    project = project_with(tmp_path, postgresql_database, env)
    project.ok("migrate")
    inspector = sa.inspect(postgresql_database.engine)
    assert inspector.get_table_names() == []
    assert "minimig_version" in inspector.get_table_names("tenant")
    project.ok("check", "--database")
    project.ok("migrate", "shop", "zero")
    assert "carts" not in sa.inspect(postgresql_database.engine).get_table_names("tenant")


def test_prepare_sets_the_role(tmp_path: Path, postgresql_database: Database) -> None:
    """SET ROLE: the tables belong to the role, whoever logged in."""
    role = f"owner_{postgresql_database.engine.url.database}"[:60]
    env = "from dataclasses import replace\n"
    env += f"def prepare(connection): connection.exec_driver_sql('SET ROLE \"{role}\"')\n"
    env += "def configure(environment): return replace(environment, prepare=prepare)\n"
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{role}"')
        connection.exec_driver_sql(f'GRANT ALL ON SCHEMA public TO "{role}"')
    try:
        project_with(tmp_path, postgresql_database, env).ok("migrate")
        with postgresql_database.engine.connect() as connection:
            owners = connection.exec_driver_sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
            assert owners.scalars().all() == [role]
    finally:
        postgresql_database.clear()
        with postgresql_database.engine.begin() as connection:
            connection.exec_driver_sql(f'DROP OWNED BY "{role}"')
            connection.exec_driver_sql(f'DROP ROLE "{role}"')


def test_a_prepare_that_fails_stops_before_anything(tmp_path: Path, database: Database) -> None:
    """Its error says what the database said, and nothing was made."""
    env = "from dataclasses import replace\n"
    env += "def prepare(connection): connection.exec_driver_sql('SELECT * FROM missing')\n"
    env += "def configure(environment): return replace(environment, prepare=prepare)\n"
    project = project_with(tmp_path, database, env)
    result = project.run("migrate")
    assert result.code == 1
    assert "`prepare` of the environment failed: " in result.err
    assert "missing" in result.err
    assert f"{project.path / 'env.py'}:2" in result.err
    assert sa.inspect(database.engine).get_table_names() == []


STEP = """
def fill(connection, tables, options):
    if "demo" in options.x:
        name = options.x.get("name", "nobody")
        connection.execute(tables.users.insert().values(id=1, nick=f"{name} {options.tag}"))

async def again(connection, tables, options):
    if "demo" in options.x:
        await connection.execute(tables.users.update().values(nick=tables.users.c.nick + "!"))
"""


def test_data_steps_read_what_the_run_was_given(tmp_path: Path, database: Database) -> None:
    """`-x word` and `-x key=value` and --tag reach a step with a third argument; without them its rows are left out."""
    project = two_apps(tmp_path, database.url)
    add(
        project,
        "accounts.0003_demo",
        ["0002_nick"],
        "ops.RunPython(fill, reverse=ops.NOOP), ops.RunPython(again, reverse=ops.NOOP)",
        STEP,
    )
    project.ok("migrate", "accounts")
    assert names(database) == []
    project.ok("migrate", "accounts", "0002")
    project.ok("-x", "demo", "-x", "name=Ann=B", "migrate", "accounts", "--tag", "t")
    assert names(database) == ["Ann=B t!"]


def names(database: Database) -> list[str]:
    """The names of all users."""
    with database.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT nick FROM users").scalars().all())


def test_the_library_takes_options_too(tmp_path: Path, sqlite_database: Database) -> None:
    """`minimig.migrate(x=...)` is what -x is on the command line."""
    history = History.at(tmp_path, sqlite_database)
    history.write("0001_initial", 'up = [ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True))]')
    history.write(
        "0002_rows",
        "def fill(connection, tables, options):\n"
        "    connection.execute(tables.t.insert().values(id=int(options.x['first'])))\n\n"
        "up = [ops.RunPython(fill, reverse=ops.NOOP)]",
    )
    history.migrate(x={"first": "7"})
    assert history.values("SELECT id FROM t") == [7]


@pytest.mark.parametrize("word", ["=value", ""])
def test_an_option_without_a_name_is_refused(project: ProjectFolder, word: str) -> None:
    """`-x =value` is a usage error."""
    result = project.run("-x", word, "migrate")
    assert (result.code, "names no key" in result.err) == (2, True)


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> ProjectFolder:
    """Two apps with two revisions each, on an empty SQLite database."""
    return two_apps(tmp_path, sqlite_database.url)


def test_a_run_logs_under_one_name(tmp_path: Path, sqlite_database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """`logging` hears of each step under `minimig`; no handler, level or other logger is touched."""
    logger = logging.getLogger("minimig")
    before = (list(logging.root.handlers), logger.level, logger.propagate)
    history = History.at(tmp_path, sqlite_database)
    history.write("0001_initial", 'up = [ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True))]')
    with caplog.at_level("INFO", logger="minimig"):
        minimig.migrate(sqlite_database.engine, history.folder)
        minimig.migrate(sqlite_database.engine, history.folder, target="zero")
    lines = [record.getMessage() for record in caplog.records if record.name == "minimig"]
    assert [line.partition(" on ")[0].partition(" in ")[0] for line in lines] == [
        "Applying shop.0001_initial",
        "Applied shop.0001_initial",
        "Taking back shop.0001_initial",
        "Took back shop.0001_initial",
    ]
    assert [type(handler) for handler in logger.handlers] == [logging.NullHandler]  # as libraries are told to have one
    assert (logging.root.handlers, logger.level, logger.propagate) == before
    assert [name for name in logging.root.manager.loggerDict if name.startswith("minimig")] == ["minimig"]


# --- how much is said -------------------------------------------------------------------------------------------------


def test_statements_are_shown_at_vv(project: ProjectFolder) -> None:
    """-vv prints each statement with its time on stderr, -v does not, and stdout stays the same."""
    assert "CREATE TABLE" not in project.ok("migrate", "accounts", "0001", "-v").text
    result = project.ok("migrate", "accounts", "-vv")
    lines = [line for line in result.err.splitlines() if "INSERT INTO minimig_version" in line]
    assert lines
    assert lines[0].split()[0].endswith("s")
    assert "INSERT INTO" not in result.out


def test_a_traceback_is_shown_on_request(project: ProjectFolder) -> None:
    """--traceback, in front of the command or behind, prints the way to the error, then the error and its exit code."""
    for words in (["--traceback", "migrate", "nothing"], ["migrate", "nothing", "--traceback"]):
        result = project.run(*words)
        assert result.code == 2
        assert result.err.startswith("Traceback (most recent call last):")
        assert "resolve" in result.err
        assert "\nerror MM" in result.err
    assert "Traceback" not in project.run("migrate", "nothing").err


def test_colours_can_be_asked_for_and_refused(project: ProjectFolder) -> None:
    """--color gives colours without a terminal, and goes before NO_COLOR; --no-color and NO_COLOR give none."""
    assert "\x1b[" in project.ok("--color", "showmigrations").out
    assert "\x1b[" in project.run("--color", "migrate", "nothing").err
    assert "\x1b[" not in project.ok("--no-color", "showmigrations").out
    assert "\x1b[" not in project.ok("showmigrations").out


def test_json_is_alone_on_stdout(tmp_path: Path, sqlite_database: Database) -> None:
    """What the project's code prints goes to stderr when --json is asked for, and nothing is lost."""
    env = "from dataclasses import replace\ndef told(step, connection): print('told', step.revision)\n"
    env += "def configure(environment):\n    print('configured')\n    return replace(environment, on_step=(told,))\n"
    project = project_with(tmp_path, sqlite_database, env)
    result = project.ok("migrate", "accounts", "--json")
    assert len(json.loads(result.out)["steps"]) == 2
    assert "configured" in result.err
    assert "told accounts.0002_nick" in result.err
    assert "configured" in project.ok("heads").out


def test_the_command_line_is_a_part_of_another(tmp_path: Path, sqlite_database: Database) -> None:
    """A program of one's own, written with click, has minimig as one of its groups, with options and exit codes."""
    project = two_apps(tmp_path, sqlite_database.url)

    @click.group
    def mine() -> None:
        """My program."""

    mine.add_command(cli, "db")
    run = CliRunner(env={"MINIMIG_URL": sqlite_database.url})
    done = run.invoke(mine, ["db", "-C", str(project.path), "migrate", "--tag", "x"], catch_exceptions=False)
    assert (done.exit_code, "accounts.0002_nick" in done.output) == (0, True), done.output
    refused = run.invoke(mine, ["db", "-C", str(project.path), "migrate", "nothing"], catch_exceptions=False)
    assert (refused.exit_code, "error MM" in refused.output) == (2, True)


AROUND = """
from dataclasses import replace
import sqlalchemy as sa

def note(word):
    def told(steps, connection):
        if word == "{but}":
            raise RuntimeError("not today")
        names = " ".join(step.revision[:13] for step in steps)
        connection.execute(sa.text("INSERT INTO audit (revision, word) VALUES (:r, :w)"), {{"r": names, "w": word}})
        if word == "{ends}":
            connection.rollback()
    return told

def configure(environment):
    return replace(environment, before_run=(note("before"),), after_run=(note("after"),))
"""


def around(database: Database) -> list[tuple[str, str]]:
    """What the functions around a run wrote."""
    with database.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.exec_driver_sql("SELECT word, revision FROM audit").all()]


def test_functions_around_a_run(tmp_path: Path, database: Database) -> None:
    """Before with all steps, after with all steps and also when there is nothing to do; never for a plan."""
    make_audit(database)
    project = project_with(tmp_path, database, AROUND.format(but="", ends=""))
    project.ok("migrate", "--plan")
    assert around(database) == []
    project.ok("migrate", "accounts")
    both = "accounts.0001 accounts.0002"
    assert around(database) == [("before", both), ("after", both)]
    project.ok("migrate", "accounts")
    assert around(database)[2:] == [("after", "")]


@pytest.mark.parametrize(
    ("word", "ends", "message", "applied"),
    [
        ("before", "", "`before_run` of the environment failed: RuntimeError: not today", 0),
        ("after", "", "`after_run` of the environment failed: RuntimeError: not today", 2),
        ("", "before", "a function of `before_run` ended the transaction", 0),
    ],
)
def test_what_fails_around_a_run(
    tmp_path: Path, database: Database, word: str, ends: str, message: str, applied: int
) -> None:
    """A failure before stops the run with nothing done; one after is an error, and the migrations stay."""
    make_audit(database)
    project = project_with(tmp_path, database, AROUND.format(but=word, ends=ends))
    result = project.run("migrate", "accounts")
    assert (result.code, message in result.err) == (1, True), result.err
    tables = sa.inspect(database.engine).get_table_names()
    assert ("users" in tables) is (applied > 0)


def test_generated_files_are_edited_from_code(tmp_path: Path, sqlite_database: Database) -> None:
    """A program replaces `revise` in the environment that it hands on; no env file is needed."""
    project = two_apps(tmp_path, sqlite_database.url)
    settings = load_settings(project.path, environ={}, overrides={})
    environment = load_environment(settings)
    mine = replace(environment, revise=lambda migration: replace(migration, doc="By a program."))
    [made] = make_empty(Project(mine), ["shop"], MakeOptions(name="more"))
    assert made.path.read_text().startswith('"""By a program."""')
