"""Law 7: a run that is killed at any instant, then run again, ends where an undisturbed run ends."""

from __future__ import annotations

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


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """A first revision, and a second of many kinds of operations and data steps that must not run twice."""
    history = History.at(tmp_path, database)
    history.write("0001_words", START)
    history.write("0002_kinds", KINDS)
    return history


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("start", "end"), WAYS, ids=["up", "down"])
def test_killed_at_any_statement(history: History, start: str, end: str, *, after: bool) -> None:
    """Killed before or after each statement in turn and run again: schema, rows, version table, journal are equal."""
    points, wrong = sweep(history.database, history.folder, start, end, after=after)
    assert points > 15
    assert wrong == []
