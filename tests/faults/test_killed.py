"""Law 7: a run that is killed at any instant, then run again, ends where an undisturbed run ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.databases import Database
from support.histories import History
from support.killing import sweep

START = """
up = [
    ops.CreateTable(
        "words",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(200)),
        sa.Column("count", sa.Integer),
        sa.Column("spare", sa.Integer),
    ),
    ops.BulkInsert("words", [{"id": 1, "word": "a", "count": 1}, {"id": 2, "word": "b", "count": 5}]),
]
"""
KINDS = """
def more(connection, tables):
    for row in connection.execute(sa.select(tables.words)).all():
        connection.execute(tables.words.update().where(tables.words.c.id == row.id).values(count=row.count + 1))

up = [
    ops.BulkInsert("words", [{"id": 3, "word": "c", "count": 2}]),
    ops.RunPython(more, reverse=more),
    ops.AddColumn("words", sa.Column("slug", sa.String(20), nullable=False), fill="word"),
    ops.CreateIndex("ix_slug", "words", ["slug"], unique=True),
    ops.RunSQL(
        "UPDATE words SET count = count + 1; UPDATE words SET count = count * 2",
        reverse="UPDATE words SET count = count + 7",
    ),
    ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True), sa.Column("word_id", sa.Integer)),
    ops.AddConstraint("pages", sa.ForeignKeyConstraint(["word_id"], ["words.id"], name="fk_word")),
    ops.RenameColumn("pages", "word_id", "about_id"),
    ops.AlterColumn("words", "word", type=sa.String(300)),
    ops.RunPython(more, reverse=more),
    ops.DropColumn("words", "spare"),
]
"""
WAYS = [("0001", "0002"), ("0002", "0001")]


ALONE = """
atomic = False

up = [
    ops.BulkInsert("words", [{"id": 3, "word": "c", "count": 2}]),
    ops.AddColumn("words", sa.Column("slug", sa.String(20), nullable=False), fill="word"),
    ops.RunSQL("UPDATE words SET count = count + 1", reverse="UPDATE words SET count = count + 7"),
    ops.RunSQL("CREATE TABLE pages (id INTEGER)", reverse="DROP TABLE pages"),
    ops.CreateIndex("ix_count", "words", ["count"]),
    ops.RunSQL("UPDATE words SET count = count * 2", reverse="UPDATE words SET count = count - 1"),
]
"""
CONCURRENT = """
up = [
    ops.RunSQL("UPDATE words SET count = count + 1", reverse="UPDATE words SET count = count + 7"),
    ops.CreateIndex("ix_word", "words", ["word"], postgresql_concurrently=True),
    ops.AddColumn("words", sa.Column("slug", sa.String(20))),
    ops.CreateIndex("ix_slug", "words", ["slug"], postgresql_concurrently=True),
    ops.RunSQL("UPDATE words SET count = count * 2", reverse="UPDATE words SET count = count - 1"),
]
"""
MOST = int(os.environ.get("MINIMIG_KILLS", "2"))
"""How many points are tried on each way, other ones each time; MINIMIG_KILLS=1000 tries all of them."""


def history_of(tmp_path: Path, database: Database, second: str) -> History:
    """A first revision with rows, and a second one with data steps that must not run twice."""
    history = History.at(tmp_path, database)
    history.write("0001_words", START)
    history.write("0002_kinds", second)
    return history


def check(history: History, start: str, end: str, *, after: bool) -> None:
    """Kill it and run it again, at many points."""
    points, wrong = sweep(history.database, history.folder, start, end, after=after, most=MOST)
    assert points > 10
    assert wrong == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("start", "end"), WAYS, ids=["up", "down"])
def test_killed_at_any_statement(tmp_path: Path, database: Database, start: str, end: str, *, after: bool) -> None:
    """Killed before or after each statement in turn and run again: schema, rows, version table, journal are equal."""
    check(history_of(tmp_path, database, KINDS), start, end, after=after)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("start", "end"), WAYS, ids=["up", "down"])
def test_killed_without_a_transaction(tmp_path: Path, database: Database, start: str, end: str, *, after: bool) -> None:
    """The same for a file that says `atomic = False`."""
    check(history_of(tmp_path, database, ALONE), start, end, after=after)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("start", "end"), WAYS, ids=["up", "down"])
def test_killed_around_concurrent_indexes(
    tmp_path: Path, postgresql_database: Database, start: str, end: str, *, after: bool
) -> None:
    """The same for indexes that are built outside the transaction, between changes that are in one."""
    check(history_of(tmp_path, postgresql_database, CONCURRENT), start, end, after=after)
