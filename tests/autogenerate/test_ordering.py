"""The order of a difference: the same under every hash seed, and cheap for many tables."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.operations.chain import states
from minimig.state.parts import ColumnState, ForeignKeyState, IndexState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlType

PROGRAM = """
import random
import sqlalchemy as sa
from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.partition import partition
from minimig.autogenerate.open_questions import OpenQuestions
from minimig.autogenerate.questioner import Answers, NeverRename
from minimig.state.from_metadata import from_metadata

class Yes(NeverRename):
    def rename_table(self, old, candidates):
        return candidates[0].key
    def rename_column(self, table, old, candidates):
        return candidates[0].name
    def rename_label(self, enum, old, candidates):
        return candidates[0]
    def fill(self, table, column, reason):
        return "0"

def schema(seed):
    chance, metadata = random.Random(seed), sa.MetaData()
    names = chance.sample([f"t{n}" for n in range(40)], 30)
    for name in names:
        columns = [sa.Column(c, chance.choice([sa.Integer, sa.Text]), index=True) for c in chance.sample("abcdefgh", 4)]
        keys = [sa.Column(f"{t}_id", sa.ForeignKey(f"{t}.id")) for t in chance.sample(names, 2)]
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *columns, *keys)
    return from_metadata(metadata)

before, after = schema(1), schema(2)
operations = diff(before, after, questioner=Yes())
for operation in operations:
    print(operation)
for chunk in partition(operations, before, lambda key: key[-1]):
    print(chunk.app, sorted(chunk.needs), len(chunk.operations))
nobody = OpenQuestions(needed=False)
diff(before, after, questioner=Answers(drops=["t1.*"], otherwise=nobody))
print(nobody.error())
"""


def test_order_does_not_depend_on_the_hash_seed() -> None:
    """Renames, cut knots, order, chunks and open questions of a tangled schema read the same in every process."""
    root = str(Path(__file__).parents[2])

    def run(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root}
        program = [sys.executable, "-c", PROGRAM]
        return subprocess.run(program, env=environment, capture_output=True, text=True, check=True).stdout

    first, *others = (run(seed) for seed in "0123")
    assert "RenameTable(" in first
    assert "RenameColumn(" in first
    assert "questions need an answer" in first
    assert others == [first] * 3


def many(count: int, columns: int = 10) -> SchemaState:
    """Tables that each point to three others, knots included."""
    text, number = SqlType.of(sa.String(40)), SqlType.of(sa.Integer)
    plain = {f"c{n}": ColumnState(f"c{n}", text) for n in range(columns)}
    index = {"ix": IndexState("ix", ("c0",))}
    tables = []
    for place in range(count):
        targets = [f"t{(place * 7 + step) % count}" for step in (1, 5, 11)]
        points = {f"{target}_id": ColumnState(f"{target}_id", number) for target in targets}
        keys = {f"fk_{t}": ForeignKeyState(f"fk_{t}", (f"{t}_id",), t, ("id",)) for t in targets}
        own = {"id": ColumnState("id", number, nullable=False), **plain, **points}
        tables.append(TableState(f"t{place}", None, own, PrimaryKeyState(("id",)), keys, index))
    return SchemaState.of(tables)


@pytest.mark.slow
def test_a_thousand_tables() -> None:
    """Creating, altering and dropping a thousand tables is found and ordered in seconds."""
    empty, full, changed = SchemaState(), many(1000), many(1000, columns=11)
    for before, after in ((empty, full), (full, changed), (full, empty), (full, many(1000))):
        started = time.perf_counter()
        operations = diff(before, after)
        assert time.perf_counter() - started < 20  # one or two on an idle machine; a quadratic step takes minutes
        assert states(operations, before)[-1] == after
