"""Scenarios of the contract suite: operations on the library, what is true after them, and the way back.

In goes a database and a `Scenario`; `check` fails unless up does it and down undoes it, with the rows of every column
that was not dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from minimig import ops
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from minimig.state.to_metadata import to_metadata
from support.databases import Database
from support.editing import run
from support.facts import TableFacts, facts, rows
from support.library import ROWS, library

Facts = dict[str, TableFacts]
ALL = ("sqlite", "postgresql", "mariadb")
NOT_SQLITE = ("postgresql", "mariadb")


@dataclass(frozen=True)
class Scenario:
    """Operations on the library, what is true after them, and where it makes sense.

    `lost` are the columns, or tables, whose values do not survive the way up and down. `prepare` runs before.
    """

    operations: list[Operation]
    proves: Callable[[Facts], bool]
    lost: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ALL
    prepare: tuple[Operation, ...] = ()


def check(database: Database, scenario: Scenario) -> None:
    """Up does what the scenario says; down leads back to the same facts and keeps every other row."""
    before = prepared(database, scenario.prepare)
    facts_before, rows_before = look(database, before, scenario.lost)

    states = [before]
    for operation in scenario.operations:
        states.append(operation.state_forwards(states[-1]))
    run(database, scenario.operations, before)
    facts_after, _ = look(database, before, scenario.lost)
    assert scenario.proves(facts_after)

    way_back = [op.reverse(state) for op, state in zip(scenario.operations, states, strict=False)][::-1]
    assert run(database, way_back, states[-1]) == before
    facts_back, rows_back = look(database, before, scenario.lost)
    assert facts_back == facts_before
    assert rows_back == rows_before


def prepared(database: Database, operations: Iterable[Operation]) -> SchemaState:
    """The library with its rows, made by the editor under test, and what a scenario wants besides."""
    state = from_metadata(library())
    run(database, [ops.CreateTable(table) for table in state.tables.values()], SchemaState())
    with database.engine.begin() as connection:
        for name, table in to_metadata(state).tables.items():
            connection.execute(sa.insert(table), ROWS[name])
    return run(database, operations, state)


def look(
    database: Database, state: SchemaState, lost: tuple[str, ...]
) -> tuple[Facts, dict[str, list[tuple[object, ...]]]]:
    """The facts, and the rows of those tables and columns that are there and not lost."""
    with database.engine.connect() as connection:
        found = facts(connection)
        kept = {
            name: [c for c in table.columns if f"{name}.{c}" not in lost]
            for name, table in state.tables.items()
            if name in found and name not in lost
        }
        there = {name: [c for c in columns if c in found[name].columns] for name, columns in kept.items()}
        return found, {name: rows(connection, name, columns) for name, columns in there.items()}
