"""The contract on databases that no server here answers for: each scenario is said or refused, none is forgotten.

Whatever a module of `tests/contract` has in its SCENARIOS is taken, up and down. What a dialect refuses stands in
`REFUSED`; so neither a scenario nor an operation can be forgotten on SQL Server, Oracle and MySQL.
"""

from __future__ import annotations

import inspect
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.dialects.registry import dialect_of
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.from_metadata import from_metadata
from support.editing import script, up_and_down
from support.library import library

DIALECTS = {
    "mssql": dialect_of("mssql+pyodbc://"),
    "oracle": dialect_of("oracle+oracledb://"),
    "mysql": dialect_of("mysql+pymysql://"),
    "mariadb": dialect_of("mariadb+pymysql://"),
}

NO_IDENTITY_LATER = "would number itself from now on"
IDENTITY_STAYS = "would no longer number itself"
NOT_STORED = "Oracle only computes when it reads"
NO_EXPRESSIONS = "is over an expression"
NO_REBUILD = "cannot be built anew"
AT_THE_END = "adds columns at the end only"

NO_WORDS = "a script for this database cannot say IF"

CONDITIONS = {
    "conditions.add_column": NO_WORDS,
    "conditions.add_column_with_items": NO_WORDS,
    "conditions.drop_column": NO_WORDS,
    "conditions.rename_column": NO_WORDS,
    "conditions.rename_table": NO_WORDS,
    "conditions.create_table": NO_WORDS,
}
"""On a connection the database is asked; a script has no words for a step of several statements."""

OF_POSTGRESQL = {
    "keys.exclude": "it has no INT4RANGE",
    "keys.drop_exclude": "it has no INT4RANGE",
    "keys.set_null_of_one_column": "Unexpected SQL phrase: 'SET NULL",
    "keys.foreign_key_with_everything": "MATCH FULL, which",
}
"""What only PostgreSQL has."""

OWN_NAME = {
    "keys.name_the_primary_key": "gives to one by itself is not known",
    "keys.rename_the_primary_key": "gives to one by itself is not known",
}

REFUSED = {
    "mssql": {
        **OF_POSTGRESQL,
        **OWN_NAME,
        "keys.single_to_composite_and_what_points_to_it": IDENTITY_STAYS,
        "keys.key_that_numbers_itself_gives_way_to_another": IDENTITY_STAYS,
        "key_that_numbers_itself_no_more": IDENTITY_STAYS,
        "identity": "cannot change start and increment",
        "identity_beside_the_key": NO_IDENTITY_LATER,
        "add_foreign_key_on_a_key_that_numbers_itself": IDENTITY_STAYS,
        "drop_primary_key": IDENTITY_STAYS,
        "drop_primary_key_after_rename": IDENTITY_STAYS,
        "create_expression_index": NO_EXPRESSIONS,
        "rebuild_table": NO_REBUILD,
        "order_columns": NO_REBUILD,
        "add_column_after_another": AT_THE_END,
        "altered_columns.identity_every_option": "cannot change start and increment",
        # on the way back, where the key goes before its column
        "column_items.primary_key_that_numbers_itself": IDENTITY_STAYS,
        **CONDITIONS,
        "conditions.drop_table": NO_WORDS,
    },
    "oracle": {
        **OF_POSTGRESQL,
        **OWN_NAME,
        "add_computed_column": NOT_STORED,
        "rename_computed_source": NOT_STORED,
        "identity": NO_IDENTITY_LATER,
        "identity_beside_the_key": NO_IDENTITY_LATER,
        "add_foreign_key": "is ON UPDATE CASCADE",
        "rebuild_table": NO_REBUILD,
        "order_columns": NO_REBUILD,
        "add_column_after_another": AT_THE_END,
        "altered_columns.identity_every_option": NO_IDENTITY_LATER,
        "altered_columns.identity_always_and_back": NO_IDENTITY_LATER,
        "altered_columns.identity_of_a_key": NO_IDENTITY_LATER,
        "altered_columns.computed_in_another_way": NOT_STORED,
        "altered_columns.computed_in_another_way_with_users": NOT_STORED,
        "altered_columns.computed_with_another_type": NOT_STORED,
        "altered_columns.computed_no_more": NOT_STORED,
        "altered_columns.computed_no_more_and_not_null": NOT_STORED,
        "altered_columns.computed_and_stored": NOT_STORED,
        "altered_columns.computed_from_now_on": NOT_STORED,
        **CONDITIONS,
        "conditions.drop_table": NO_WORDS,
    },
    "mysql": {"rename_computed_source": "MySQL cannot rename books.order", **OF_POSTGRESQL, **CONDITIONS},
    "mariadb": {
        **OF_POSTGRESQL,
        "create_expression_index": NO_EXPRESSIONS,
        "conditions.add_column": NO_WORDS,
        "conditions.add_column_with_items": NO_WORDS,
    },
}
"""What each dialect refuses, and in which words."""

SHOUT = {
    "mssql": "CREATE FUNCTION shout(@t nvarchar(20)) RETURNS nvarchar(20) AS BEGIN RETURN upper(@t); END",
    "oracle": "CREATE FUNCTION shout(t VARCHAR2) RETURN VARCHAR2 IS BEGIN RETURN upper(t); END",
    "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN upper(t)",
}
STAMP = {
    "mssql": "CREATE TRIGGER stamp ON authors AFTER INSERT AS BEGIN SELECT 1; END",
    "oracle": "CREATE TRIGGER stamp BEFORE INSERT ON authors FOR EACH ROW BEGIN :NEW.name := 'x'; END",
    "mysql": "CREATE TRIGGER stamp BEFORE INSERT ON authors FOR EACH ROW SET NEW.name = 'x'",
}
GRANT, REVOKE = "GRANT SELECT ON authors TO reader", "REVOKE SELECT ON authors FROM reader"

MORE: dict[str, list[Operation]] = {
    "functions": [
        ops.CreateFunction("shout", SHOUT),
        ops.ReplaceFunction("shout", {name: sql.replace("upper", "lower") for name, sql in SHOUT.items()}),
        ops.DropFunction("shout"),
    ],
    "triggers": [
        ops.CreateTrigger("stamp", STAMP, table="authors"),
        ops.ReplaceTrigger("stamp", {name: sql.replace("'x'", "'y'") for name, sql in STAMP.items()}, table="authors"),
        ops.DropTrigger("stamp", "authors"),
    ],
    "objects_of_ones_own_sort": [
        ops.CreateCustom("readers", GRANT, drop=REVOKE, sort="grant"),
        ops.ReplaceCustom("readers", GRANT.replace("SELECT", "UPDATE"), drop=REVOKE, sort="grant"),
        ops.DropCustom("readers", sort="grant"),
    ],
    "materialized_views": [
        ops.CreateView("kept", {"oracle": "SELECT id FROM authors"}, materialized=True),
        ops.RefreshView("kept"),
    ],
    "views": [
        ops.CreateView("names", "SELECT id, name FROM authors"),
        ops.ReplaceView("names", "SELECT id FROM authors"),
        ops.DropView("names"),
    ],
    "enums": [
        ops.AddColumn("books", sa.Column("status", sa.Enum("draft", "live", name="status"), server_default="draft")),
        ops.AddEnumValue("status", "gone"),
        ops.RenameEnumValue("status", "draft", "new"),
        ops.AlterEnum("status", ["gone", "live", "new"]),
        ops.RenameEnum("status", "State"),
    ],
    "rows": [
        ops.BulkInsert("authors", [{"id": 9, "name": "Zoe"}, {"id": 10, "name": "Yan", "rank": 1}]),
        ops.BulkDelete("authors", [{"id": 9, "name": "Zoe"}]),
    ],
    "what_tables_are_built_on": [
        ops.CreateSchema("shop"),
        ops.CreateSequence("numbers", schema="shop", cycle=True),
        ops.AlterSequence("numbers", schema="shop", increment=2),
        ops.CreateSequence("digits"),
        ops.RenameSequence("digits", "figures"),
        ops.CreateExtension("citext"),
        ops.AlterExtension("citext", version="1.6"),
        ops.CreateCollation("natural", locale="C"),
        ops.DropCollation("natural"),
        ops.DropExtension("citext"),
        ops.DropSequence("numbers", schema="shop"),
        ops.DropSchema("shop"),
    ],
}
"""Operations that are no scenario on the library, or none that a module offers."""

BASES = {
    ops.Operation,
    ops.TableOperation,
    ops.ColumnOperation,
    ops.ConstraintOperation,
    ops.CreateObject,
    ops.ReplaceObject,
    ops.DropObject,
    ops.EnumOperation,
    ops.ChangeObject,
    ops.RenameObject,
}
BY_HAND = {ops.Backfill, ops.RunSQL, ops.RunPython, ops.SeparateStateAndDatabase}


@cache
def scenarios() -> dict[str, tuple[tuple[Operation, ...], tuple[Operation, ...]]]:
    """What each scenario prepares and does."""
    found = {name: ((), tuple(operations)) for name, operations in MORE.items()}
    for path in sorted((Path(__file__).parents[1] / "contract").glob("test_*.py")):
        if path.stem == "test_async_drivers":
            continue  # the scenarios of others, on other drivers
        for name, scenario in getattr(_loaded(path), "SCENARIOS", {}).items():
            if hasattr(scenario, "prepare"):
                subject = path.stem.removeprefix("test_")
                known_as = name if subject == "operations" else f"{subject}.{name}"
                found[known_as] = (tuple(scenario.prepare), tuple(scenario.operations))
    return found


def _loaded(path: Path) -> ModuleType:
    """A test module, by a name of its own: pytest imports those of the contract itself."""
    name = f"contract_on_paper_{path.stem}"
    spec: Any = spec_from_file_location(name, path)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", scenarios())
def test_each_scenario_is_said_or_refused(name: str, dialect: str) -> None:
    """Up and down give statements on every dialect, but for what the table above says it refuses."""
    prepare, operations = scenarios()[name]
    library_state = from_metadata(library())
    refused = REFUSED[dialect].get(name)
    if refused is not None:
        with pytest.raises(UnsupportedError, match=refused):
            _said(dialect, prepare, operations, library_state)
        return
    up, down = _said(dialect, prepare, operations, library_state)
    assert all(statement.strip() for statement in [*up, *down])


def _said(dialect: str, prepare: Any, operations: Any, before: Any) -> tuple[list[str], list[str]]:
    spoken = DIALECTS[dialect]
    script(spoken, prepare, before)
    return up_and_down(spoken, operations, states(prepare, before)[-1])


def test_every_operation_is_among_them() -> None:
    """An operation that `ops` offers takes part, so that it is looked at on these dialects, too."""
    offered = {item for name, item in vars(ops).items() if inspect.isclass(item) and issubclass(item, Operation)}
    said = {type(operation) for prepare, operations in scenarios().values() for operation in (*prepare, *operations)}
    assert offered - BASES - BY_HAND == said - BY_HAND


def test_the_table_of_refusals_is_about_scenarios() -> None:
    """A scenario that is gone or renamed leaves no line behind."""
    assert {name for refused in REFUSED.values() for name in refused} <= scenarios().keys()
