"""A backfill that is killed at random, twenty times, changes each row once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.histories import History
from support.killed_walks import walk_with_kills

START = """
up = [
    ops.CreateTable(
        "words", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer, nullable=False)
    )
]
"""
KILLS = 20
MANY = pytest.param(1_000_000, 5000, marks=[pytest.mark.long, pytest.mark.timeout(900)], id="million")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("rows", "batch"), [pytest.param(10_000, 50, id="10000"), MANY])
def test_each_row_is_changed_once_over_twenty_kills(tmp_path: Path, database: Database, rows: int, batch: int) -> None:
    """SIGKILL before or after a random statement, the same command again, until the walk is through."""
    history = History.at(tmp_path, database)
    history.write("0001_words", START)
    history.migrate()
    clause = sa.table("words", sa.column("id"), sa.column("n"))
    with database.engine.begin() as connection:
        for start in range(0, rows, 10_000):
            connection.execute(sa.insert(clause), [{"id": start + i + 1, "n": 0} for i in range(10_000)])
    history.write("0002_more", f"up = [ops.Backfill('words', {{'n': 'n + 1'}}, batch={batch})]")
    seed = random.randrange(1_000_000)
    killed, counts = walk_with_kills(database, history.folder, KILLS, furthest=60, seed=seed)
    assert (killed, counts) == (KILLS, [0, rows, 0, 0]), f"with seed {seed}"
