"""Every operation by every asynchronous driver: the contract's scenarios, one at least for each kind of operation."""

from __future__ import annotations

import pytest
from contract.test_operations import SCENARIOS

from support.async_databases import DRIVERS, asynchronous, awaited
from support.databases import Database
from support.scenarios import Scenario, check


def _chosen(kind: str) -> list[str]:
    """Scenarios that together have every operation of the contract that this kind of database has."""
    seen: set[type] = set()
    chosen = []
    for name, scenario in SCENARIOS.items():
        own = {type(operation) for operation in scenario.operations}
        if kind in scenario.kinds and not own <= seen:
            seen |= own
            chosen.append(name)
    return chosen


CASES = [(driver, name) for driver, (kind, _) in DRIVERS.items() for name in _chosen(kind)]


def test_most_operations_are_among_them() -> None:
    """The choice holds all the operations that have a scenario on each kind of database."""
    for kind in ("sqlite", "postgresql", "mariadb"):
        there = {type(op) for s in SCENARIOS.values() if kind in s.kinds for op in s.operations}
        assert {type(op) for name in _chosen(kind) for op in SCENARIOS[name].operations} == there
        assert len(there) >= 15


@pytest.mark.long
@pytest.mark.parametrize(("driver", "name"), CASES)
def test_up_does_it_and_down_undoes_it(driver: str, name: str, request: pytest.FixtureRequest) -> None:
    """An operation does the same by an asynchronous driver, and its reverse leads back with all rows."""
    database: Database = request.getfixturevalue(f"{DRIVERS[driver][0]}_database")
    scenario: Scenario = SCENARIOS[name]
    awaited(check, asynchronous(database, driver), scenario)
