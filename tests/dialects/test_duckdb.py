"""A dialect of another package: found by its entry point, and put through the contract on a real DuckDB.

Each scenario of the contract is done, up and down, or refused before it changes anything.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

import minimig
from minimig import ops
from minimig.dialects.registry import editor_class
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from minimig.state.to_metadata import to_metadata
from support.databases import Database
from support.editing import run
from support.library import ROWS, library
from support.projects import REPOSITORY

pytest.importorskip("duckdb_sqlalchemy", reason="no duckdb-sqlalchemy: pip install 'minimig[test]'")

DONE = {
    "alter_table_comment",
    "create_descending_index",
    "create_expression_index",
    "create_index",
    "create_unique_index",
    "drop_index",
    "drop_table",
    "rename_index",
    "set_comment",
}
"""Scenarios that DuckDB must be able to do: enough that nobody can pass by refusing."""


@pytest.fixture(scope="module", autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The example dialect, installed as a package would be: a module, and metadata with an entry point."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(REPOSITORY / "docs" / "howto" / "minimig_duckdb.py", folder)
    metadata = folder / "minimig_duckdb-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: minimig-duckdb\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[minimig.dialects]\nduckdb = minimig_duckdb:DuckDBEditor\n")
    sys.path.insert(0, str(folder))
    editor_class.cache_clear()
    yield
    sys.path.remove(str(folder))
    sys.modules.pop("minimig_duckdb", None)
    editor_class.cache_clear()


@pytest.fixture
def duckdb(tmp_path: Path) -> Database:
    """An empty DuckDB database."""
    url = f"duckdb:///{tmp_path / 'test.duckdb'}"
    return Database("duckdb", url, sa.create_engine(url, poolclass=NullPool))


def plain(state: SchemaState) -> SchemaState:
    """The library as DuckDB can have it: no column counts, no foreign key does anything."""
    tables = []
    for table in state.tables.values():
        keys = {key.name: replace(key, ondelete=None, onupdate=None) for key in table.foreign_keys}
        columns = {name: replace(c, autoincrement=False) for name, c in table.columns.items()}
        tables.append(replace(table, columns=columns, constraints={**table.constraints, **keys}))
    return state.with_tables({table.key: table for table in tables})


def prepared(database: Database) -> SchemaState:
    """The library with its rows."""
    state = plain(from_metadata(library()))
    run(database, [ops.CreateTable(table) for table in state.tables.values()], SchemaState())
    with database.engine.begin() as connection:
        for name, table in to_metadata(state).tables.items():
            for row in ROWS[name]:
                connection.execute(sa.insert(table).values(**row))
    return state


def columns(database: Database) -> dict[str, set[str]]:
    """The columns of every table that is there."""
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT table_name, column_name FROM information_schema.columns").all()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def of(state: SchemaState) -> dict[str, set[str]]:
    """The columns that a state says there are."""
    return {table.name: set(table.columns) for table in state.tables.values()}


def contract() -> dict[str, list[Operation]]:
    """The scenarios of the contract on the library."""
    found: dict[str, list[Operation]] = {}
    path = Path(__file__).parents[1] / "contract" / "test_operations.py"
    specification: Any = spec_from_file_location("contract_on_duckdb", path)
    module: ModuleType = module_from_spec(specification)
    sys.modules["contract_on_duckdb"] = module
    specification.loader.exec_module(module)
    for name, scenario in module.SCENARIOS.items():
        found[name] = [*scenario.prepare, *scenario.operations]
    return found


@pytest.mark.parametrize("name", sorted(contract()))
def test_each_scenario_is_done_or_refused(duckdb: Database, name: str) -> None:
    """What is done leads up and down to what the states say; what is refused has changed nothing."""
    before = prepared(duckdb)
    operations = contract()[name]
    try:
        after = run(duckdb, operations, before)
    except UnsupportedError:
        assert name not in DONE
        assert columns(duckdb) == of(before)
        return
    assert columns(duckdb) == of(after)
    down = reversed_operations(operations, before)
    try:
        run(duckdb, down, after)
    except UnsupportedError:
        assert name not in DONE
        assert columns(duckdb) == of(after)
    else:
        assert columns(duckdb) == of(before)


def test_a_project_on_duckdb(duckdb: Database, tmp_path: Path) -> None:
    """From files to the database and back through the library, as on any other database."""
    folder = tmp_path / "blog" / "migrations"
    folder.mkdir(parents=True)
    up = [
        ops.CreateTable("posts", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)),
        ops.AddColumn("posts", sa.Column("titel", sa.Integer, nullable=False), fill="1"),
        ops.RenameColumn("posts", "titel", "title"),
        ops.AlterColumn("posts", "title", type=sa.String(80), server_default="x", nullable=True),
    ]
    source = minimig.source(up)
    head = "import sqlalchemy as sa\n\nfrom minimig import ops\n\ndependencies = []\n\n"
    (folder / "0001_initial.py").write_text(f"{head}up = {source}\n", encoding="utf-8")
    minimig.migrate(duckdb.engine, folder)
    assert columns(duckdb)["posts"] == {"id", "title"}
    minimig.migrate(duckdb.engine, folder, target="zero")
    assert "posts" not in columns(duckdb)
