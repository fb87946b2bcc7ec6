"""All rules, in the order in which questions are asked and differences are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from minimig.autogenerate.pairs import TablePair
from minimig.autogenerate.questioner import Questioner
from minimig.autogenerate.rules import columns, constraints, indexes, tables
from minimig.operations.base import Operation

Rule = Callable[[TablePair, Questioner], Iterable[Operation]]

RULES: tuple[Rule, ...] = (
    tables.created_and_dropped,
    tables.altered,
    columns.dropped,
    columns.added,
    columns.altered,
    constraints.primary_key,
    constraints.constraints,
    indexes.indexes,
)
