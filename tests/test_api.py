"""The library: what the README promises of `import minimig`, on real databases."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.errors import MigrationFailedError, UsageError
from minimig.runtime.events import Event, StepDone
from minimig.state.schema import SchemaState
from support.clients import execute
from support.databases import Database

FIRST = '''"""First."""
import sqlalchemy as sa
from minimig import ops

dependencies = []
up = [ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True))]
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one revision file."""
    path = tmp_path / "blog" / "migrations"
    path.mkdir(parents=True)
    (path / "0001_initial.py").write_text(FIRST)
    return path


def models() -> sa.MetaData:
    """Models that the one revision file does not quite lead to."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("nick", sa.String(40)))
    return metadata


def tables(database: Database) -> set[str]:
    """The names of all tables but the journal."""
    return set(sa.inspect(database.engine).get_table_names()) - {"minimig_journal"}


def test_migrate_takes_a_url_and_goes_both_ways(database: Database, folder: Path) -> None:
    """migrate(url, folder) applies, a target takes back, and each step is reported."""
    seen: list[Event] = []
    result = minimig.migrate(database.url, folder, on_step=seen.append)
    assert [planned.step.revision for planned in result.steps] == ["blog.0001_initial"]
    assert [type(event).__name__ for event in seen] == ["StepStarted", "StepDone"]
    assert isinstance(seen[1], StepDone)
    assert tables(database) == {"users", "minimig_version"}
    assert minimig.migrate(database.engine, folder).steps == ()
    minimig.migrate(database.engine, folder, target="zero")
    assert tables(database) == {"minimig_version"}


def test_plan_only_changes_nothing(database: Database, folder: Path) -> None:
    """plan_only tells the steps and leaves the database empty."""
    result = minimig.migrate(database.engine, folder, plan_only=True)
    assert result.dry
    assert len(result.steps) == 1
    assert tables(database) == set()


def test_a_transaction_of_the_caller_stays_the_callers(postgresql_database: Database, folder: Path) -> None:
    """On a connection inside a transaction nothing is committed: the caller may take it all back."""
    with postgresql_database.engine.connect() as connection, connection.begin() as transaction:
        minimig.migrate(connection, folder)
        assert sa.inspect(connection).has_table("users")
        transaction.rollback()
    assert tables(postgresql_database) == set()


def test_a_failure_inside_the_callers_transaction_says_so(postgresql_database: Database, folder: Path) -> None:
    """The error does not claim a rollback that only the caller can do."""
    (folder / "0002_broken.py").write_text(
        '"""Broken."""\nfrom minimig import ops\n\n'
        'dependencies = ["0001_initial"]\nup = [ops.RunSQL("SELECT nothing_there")]\n'
    )
    with postgresql_database.engine.connect() as connection, connection.begin() as transaction:
        with pytest.raises(MigrationFailedError, match="your transaction is still open"):
            minimig.migrate(connection, folder)
        transaction.rollback()
    assert tables(postgresql_database) == set()


def test_diff_apply_reverse_round(database: Database) -> None:
    """diff says what models need, apply does it, the database then differs in nothing, and reverse undoes it."""
    empty, metadata = SchemaState(), models()
    operations = minimig.diff(empty, metadata)
    assert [operation.describe() for operation in operations] == ["create table users (2 columns)"]
    with database.engine.begin() as connection:
        after = minimig.apply(connection, operations, empty)
        assert after == minimig.snapshot(metadata)
    with database.engine.begin() as connection:
        assert minimig.diff(connection, metadata) == []
        minimig.apply(connection, minimig.reverse(operations, empty), after)
    assert tables(database) == set()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_sql_needs_no_database(dialect: str) -> None:
    """sql() gives the statements of a dialect by name."""
    [statement] = minimig.sql(minimig.diff(SchemaState(), models()), SchemaState(), dialect)
    assert statement.startswith("CREATE TABLE users")
    assert ("SERIAL" in statement) == (dialect == "postgresql")


def test_source_is_what_stands_in_a_file() -> None:
    """source() prints operations as Python that evaluates to the same operations."""
    operations = [ops.AddColumn("users", sa.Column("age", sa.Integer)), ops.DropColumn("users", "nick")]
    assert eval(minimig.source(operations), {"ops": ops, "sa": sa}) == operations


def test_a_script_is_what_migrate_sends(database: Database, folder: Path) -> None:
    """`script` needs no database, and its text run by the client leaves nothing for migrate to do."""
    made = minimig.script(folder, database.kind, target="head")
    execute(database, made.text)
    assert minimig.migrate(database.url, folder).steps == ()
    assert minimig.script(folder, database.kind, start=made.end).steps == ()
    with pytest.raises(UsageError, match="there is no dialect 'postgres'"):
        minimig.script(folder, "postgres")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A folder that is not there is a usage error, not an empty history."""
    with pytest.raises(UsageError, match="there is no folder"):
        minimig.migrate("sqlite://", tmp_path / "nowhere")


def test_the_public_names_are_there() -> None:
    """Everything in __all__ can be had, and nothing else is promised."""
    for name in minimig.__all__:
        assert getattr(minimig, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'upgrades'"):
        minimig.upgrades  # noqa: B018
