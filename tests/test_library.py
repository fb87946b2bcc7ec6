"""The command line as functions: every command has one, its answers are data, and the host process stays as it was."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

import minimig
from minimig.cli.main import COMMANDS
from minimig.errors import QuestionError, TargetError, UsageError
from minimig.revisions.migration import NewMigration
from support.async_databases import async_url
from support.databases import Database, sqlite_in

FUNCTIONS = {
    "config": "configuration",
    "diagnose": "diagnose",
    "repair": "repairs",
    "init": "init",
    "list-templates": "templates",
    "makemigrations": "makemigrations",
    "migrate": "migrate",
    "upgrade": "upgrade",
    "downgrade": "downgrade",
    "stamp": "stamp",
    "showmigrations": "showmigrations",
    "sqlmigrate": "sqlmigrate",
    "squashmigrations": "squashmigrations",
    "optimizemigration": "optimizemigration",
    "merge": "merge",
    "rebase": "rebase",
    "tag": "tag",
    "history": "history",
    "heads": "heads",
    "branches": "branches",
    "show": "show",
    "current": "current",
    "graph": "graph",
    "explore": "explore",
    "ensure-version": "ensure_version",
    "check": "check",
    "diff": "compare",
    "snapshot": "take_snapshot",
    "inspectdb": "inspectdb",
}
WITHOUT = {
    "edit": "opens an editor on a terminal",
    "demo": "prints a story for a person",
    "explain": "tells a person what another command does",
}
CONFIG = '[apps.blog]\nmetadata = "{module}:metadata"\nmigrations = "blog"\n'
MODELS = """import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("nick", sa.String(20)))
"""


@pytest.fixture
def module(request: pytest.FixtureRequest) -> str:
    """A name for the module of models that no other test imports."""
    return f"models_of_{abs(hash(request.node.nodeid))}"


@pytest.fixture
def folder(tmp_path: Path, module: str) -> Path:
    """A project's folder, without revision files."""
    (tmp_path / "minimig.toml").write_text(CONFIG.format(module=module))
    (tmp_path / f"{module}.py").write_text(MODELS)
    return tmp_path


def tables(database: Database) -> set[str]:
    """The names of all tables but the journal."""
    return set(sa.inspect(database.engine).get_table_names()) - {"minimig_journal"}


def test_every_command_has_a_function() -> None:
    """Each command of the command line is a function of `minimig`, or is left out for a reason."""
    # A command that is new here needs a function in minimig/library.py or minimig/looking.py, and its row above.
    assert {*FUNCTIONS, *WITHOUT} == set(COMMANDS)
    for name in FUNCTIONS.values():
        assert name in minimig.__all__
        assert inspect.getdoc(getattr(minimig, name))


def test_functions_are_typed() -> None:
    """Every public function says what goes in and what comes out."""
    for name in sorted({*minimig.__all__} - {"Patience", "__version__"}):
        signature = inspect.signature(getattr(minimig, name))
        assert signature.return_annotation is not inspect.Signature.empty, name
        assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values()), name


def test_the_whole_story(folder: Path, database: Database) -> None:
    """One project from its first file to zero; what is written by one call is seen by the next."""
    project = minimig.open_project(folder, database=database.engine)
    [file] = minimig.makemigrations(project, dry_run=True)
    assert not file.path.exists()
    [file] = minimig.makemigrations(project)
    assert file.path.exists()
    assert minimig.pending(project) == ("blog.0001_initial",)
    events: list[str] = []
    minimig.migrate(project, on_step=lambda event: events.append(type(event).__name__))
    assert events == ["StepStarted", "StepDone"]
    assert minimig.pending(project) == ()
    assert tables(database) == {"users", "minimig_version"}
    assert [row.applied for row in minimig.showmigrations(project).rows] == [True]
    assert [entry.current for entry in minimig.current(project).entries] == [True]
    assert minimig.check(project).clean
    assert minimig.compare(project).operations == ()
    assert "CREATE TABLE users" in minimig.sqlmigrate(project, "blog", "0001").operations[0].statements[0]
    minimig.makemigrations(project, "blog", empty=True, name="data")
    assert minimig.graph(project).heads() == ("blog.0002_data",)
    minimig.upgrade(project)
    with pytest.raises(TargetError, match="minimig downgrade"):
        minimig.upgrade(project, "blog.0001")
    minimig.downgrade(project, "blog.0001")
    assert [tag.name for tag in minimig.tag(project, "v1")] == ["v1"]
    assert minimig.untag(project, "v1")
    assert minimig.squashmigrations(project, "blog", dry_run=True).replaces == ("blog.0001_initial", "blog.0002_data")
    minimig.migrate(project, app="blog", target="zero")
    minimig.stamp(project, "blog.0002")
    assert minimig.ensure_version(project) is False
    assert minimig.prune(project).forgotten == ()
    assert minimig.history(project).entries[0].revision == "blog.0002_data"
    assert len(minimig.heads(project).entries) == 1
    assert minimig.branches(project).entries == ()
    assert minimig.show(project, "blog.0001").entries[0].title


def test_answers_are_data(folder: Path, sqlite_database: Database) -> None:
    """What a function gives has `to_dict()`, which JSON can hold."""
    project = minimig.open_project(folder, database=sqlite_database.url)
    answers: list[Any] = [
        *minimig.makemigrations(project),
        minimig.migrate(project),
        minimig.showmigrations(project),
        minimig.current(project),
        minimig.explore(project, dialects=["sqlite"]),
        minimig.check(project),
        minimig.compare(project),
        minimig.take_snapshot(project),
        minimig.inspectdb(project),
        minimig.sqlmigrate(project, "blog", "0001"),
        minimig.stamp(project, "zero"),
        minimig.optimizemigration(project, "blog", "0001"),
    ]
    for answer in answers:
        assert json.dumps(answer.to_dict(), default=str)


def test_init_sets_a_folder_up(tmp_path: Path) -> None:
    """`init` writes what the command writes, and says what."""
    plan = minimig.init(tmp_path, metadata=["blog.models:Base"], url="sqlite:///blog.db", environ={})
    assert plan.config.exists()
    assert plan.to_dict()["config"] == str(plan.config)


def test_questions_are_answered_or_raised(folder: Path, module: str) -> None:
    """A question that nobody answers is an error; mappings answer it as flags do."""
    project = minimig.open_project(folder)
    minimig.makemigrations(project)
    metadata = sa.MetaData()
    columns = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("handle", sa.String(20))]
    sa.Table("users", metadata, *columns)
    project.environment = replace(project.environment, metadata={"blog": (metadata,)})
    with pytest.raises(QuestionError):
        minimig.makemigrations(project)
    [file] = minimig.makemigrations(project, renames={"users.nick": "handle"})
    assert [operation.describe() for operation in file.operations] == ["rename column users.nick to handle"]


def test_a_generated_revision_is_edited_by_code(folder: Path) -> None:
    """`revise` changes the migration before it is written, or leaves it out."""

    def titled(migration: NewMigration) -> NewMigration:
        return replace(migration, doc="Written by code.")

    project = minimig.open_project(folder)
    assert minimig.makemigrations(project, revise=lambda _: None, dry_run=True) == ()
    [file] = minimig.makemigrations(project, revise=titled)
    assert file.path.read_text().startswith('"""Written by code."""')


def test_a_connection_of_the_caller(folder: Path, postgresql_database: Database) -> None:
    """Several commands on one connection: inside a transaction none of them commits."""
    with postgresql_database.engine.connect() as connection:
        with connection.begin() as transaction:
            project = minimig.open_project(folder, database=connection)
            minimig.makemigrations(project)
            assert minimig.ensure_version(project) is True
            minimig.migrate(project)
            assert minimig.check(project).clean
            assert minimig.pending(project) == ()
            minimig.migrate(project, target="zero", app="blog")
            minimig.stamp(project, "blog.0001")
            transaction.rollback()
        assert tables(postgresql_database) == set()
        minimig.migrate(project)
        assert not connection.in_transaction()
        assert minimig.current(project).entries
        assert not connection.in_transaction()
    assert tables(postgresql_database) == {"users", "minimig_version"}


def test_asynchronous_databases(folder: Path, sqlite_database: Database) -> None:
    """A project on an AsyncEngine works without a loop, and in one by `run_async`."""
    engine = create_async_engine(async_url(sqlite_database, "aiosqlite"))
    project = minimig.open_project(folder, database=engine)
    minimig.makemigrations(project)
    minimig.migrate(project)

    async def look() -> None:
        with pytest.raises(UsageError, match="event loop"):
            minimig.check(project)
        assert (await minimig.run_async(minimig.check, project)).clean
        async with engine.connect() as connection:
            own = minimig.open_project(folder, database=connection)
            assert await minimig.run_async(minimig.pending, own) == ()
        await engine.dispose()
        bare = minimig.open_project(folder, environ={})
        assert await minimig.run_async(minimig.makemigrations, bare) == ()

    asyncio.run(look())


def test_one_of_several_databases(folder: Path) -> None:
    """`name` chooses; without it files are those of all apps, and what connects says what is missing."""
    text = (folder / "minimig.toml").read_text()
    (folder / "minimig.toml").write_text(f'url = "sqlite:///a.db"\n{text}[databases.copy]\nurl = "sqlite:///copy.db"\n')
    project = minimig.open_project(folder)
    minimig.makemigrations(project)
    with pytest.raises(UsageError, match="there are 2 databases"):
        minimig.migrate(project)
    with pytest.raises(UsageError, match="there are 2 databases"):
        asyncio.run(minimig.migrate_async(project))
    with pytest.raises(TargetError, match="there is no database 'coppy'"):
        minimig.open_project(folder, name="coppy")
    assert minimig.migrate(minimig.open_project(folder, name="copy")).steps
    assert (folder / "copy.db").exists()
    elsewhere = minimig.open_project(folder, name="copy", database=f"sqlite:///{folder / 'third.db'}")
    assert asyncio.run(minimig.migrate_async(elsewhere)).steps
    assert (folder / "third.db").exists()


def test_pending_is_one_query(folder: Path, database: Database) -> None:
    """`pending` asks the database once, takes no lock and writes nothing."""
    project = minimig.open_project(folder, database=database.engine)
    minimig.makemigrations(project)
    assert minimig.pending(database.url, folder / "blog", app="blog") == ("blog.0001_initial",)
    assert tables(database) == set()
    minimig.migrate(project)
    seen: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert minimig.pending(database.engine, folder / "blog") == ()
    assert len([statement for statement in seen if "minimig_version" in statement]) == 1
    assert not any("lock" in statement.lower() for statement in seen)


def _state() -> tuple[Any, ...]:
    root = logging.getLogger()
    loggers = {name: logging.getLogger(name).level for name in ("sqlalchemy", "sqlalchemy.engine", "minimig")}
    return (Path.cwd(), list(sys.path), root.level, list(root.handlers), loggers, dict(os.environ), set(sys.modules))


@pytest.mark.slow
def test_threads_migrate_databases_of_their_own(folder: Path, tmp_path: Path) -> None:
    """Eight threads bring eight databases up to date with one folder at once, and the process is as before."""
    minimig.makemigrations(minimig.open_project(folder))
    for number in range(8):
        (tmp_path / f"db{number}").mkdir()
    databases = [sqlite_in(tmp_path / f"db{number}") for number in range(8)]
    minimig.migrate("sqlite://", folder / "blog")  # what is imported once is imported now
    before = _state()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda d: minimig.migrate(minimig.open_project(folder, database=d.url)), databases))
        assert list(pool.map(lambda d: minimig.migrate(d.url, folder / "blog").steps, databases)) == [()] * 8
        assert all(pool.map(lambda d: minimig.check(minimig.open_project(folder, database=d.url)).clean, databases))
    after = _state()
    assert after[:-1] == before[:-1]
    assert {name for name in after[-1] - before[-1] if name.startswith(("blog", "000", "minimig_env"))} == set()
    assert [tables(database) for database in databases] == [{"users", "minimig_version"}] * 8


@pytest.mark.slow
def test_threads_migrate_one_database(folder: Path, postgresql_database: Database) -> None:
    """Eight threads on one database: all succeed, one of them does the work."""
    project = minimig.open_project(folder, database=postgresql_database.url)
    minimig.makemigrations(project)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: minimig.migrate(project), range(8)))
    assert sorted(len(result.steps) for result in results) == [0] * 7 + [1]
