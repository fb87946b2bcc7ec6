"""A schema of SQLite that is being written when its writer is killed: the old one, or the new one, and never half."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from support.databases import Database
from support.dying import die_at
from support.histories import History
from support.killing import sweep

START = """
up = [
    ops.CreateTable(
        "words",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(20), nullable=False),
    ),
    ops.CreateIndex("ix_word", "words", ["word"]),
    ops.BulkInsert("words", [{"id": 1, "word": "a"}, {"id": 2, "word": "b"}]),
    ops.AddColumn("words", sa.Column("count", sa.Integer, server_default="3")),
    ops.BulkInsert("words", [{"id": 3, "word": "c", "count": 5}]),
]
"""
EDIT = """
up = [
    ops.AlterColumn("words", "word", type=sa.String(200), nullable=True, server_default="w"),
    ops.RunSQL("DELETE FROM words WHERE id > 3", reverse=ops.NOOP),
    ops.AlterColumn("words", "count", type=sa.BigInteger()),
    ops.RunSQL("UPDATE words SET count = count", reverse=ops.NOOP),
    ops.AlterColumn("words", "count", server_default="4"),
]
down = [
    ops.AlterColumn("words", "count", server_default="3"),
    ops.RunSQL("DELETE FROM words WHERE id > 3", reverse=ops.NOOP),
    ops.AlterColumn("words", "count", type=sa.Integer()),
    ops.AlterColumn("words", "word", type=sa.String(20), server_default=None),
    ops.RunSQL("UPDATE words SET count = count", reverse=ops.NOOP),
    ops.AlterColumn("words", "word", nullable=False),
]
"""
MOST = int(os.environ.get("MINIMIG_KILLS", "2"))
POINTS = [
    ("PRAGMA writable_schema = ON", False),
    ("UPDATE main.sqlite_master", False),
    ("UPDATE main.sqlite_master", True),
    ("PRAGMA writable_schema = 0", True),
    ("PRAGMA main.schema_version =", True),
    ("SELECT EXISTS", True),
    ("INSERT INTO minimig_version", True),
]


def history_of(tmp_path: Path, database: Database, body: str) -> History:
    """A table with rows of two ages, and a revision that writes its schema four times."""
    history = History.at(tmp_path, database)
    history.write("0001_words", START)
    history.write("0002_edit", body)
    return history


def found(database: Database) -> list[Any]:
    """Schema and rows, by a connection that has nothing to do with minimig."""
    connection = sqlite3.connect(str(database.engine.url.database))
    try:
        queries = ("PRAGMA integrity_check", "PRAGMA writable_schema", "SELECT * FROM words")
        schema = connection.execute("SELECT * FROM sqlite_master WHERE name NOT LIKE '%minimig%'").fetchall()
        return [schema, *(connection.execute(query).fetchall() for query in queries)]
    finally:
        connection.close()


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
@pytest.mark.parametrize(("words", "after"), POINTS, ids=str)
def test_killed_between_any_two_statements(
    tmp_path: Path, sqlite_database: Database, mode: str, words: str, after: bool
) -> None:
    """The old schema and every row, as another program sees them, and the same command comes to its end."""
    history = history_of(tmp_path, sqlite_database, EDIT)
    history.migrate("0001")
    history.values(f"PRAGMA journal_mode = {mode}")
    before = found(sqlite_database)
    die_at(history, words, after=after)
    assert found(sqlite_database) == before
    history.migrate()
    after_all = found(sqlite_database)
    assert after_all[0] != before[0]
    assert after_all[1:] == before[1:]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("atomic", ["", "atomic = False\n"], ids=["atomic", "not atomic"])
@pytest.mark.parametrize(("start", "end"), [("0001", "0002"), ("0002", "0001")], ids=["up", "down"])
def test_killed_at_any_statement(
    tmp_path: Path, sqlite_database: Database, start: str, end: str, atomic: str, *, after: bool
) -> None:
    """Killed and run again: schema, rows, version table and journal are those of an undisturbed run."""
    history = history_of(tmp_path, sqlite_database, atomic + EDIT)
    points, wrong = sweep(history.database, history.folder, start, end, after=after, most=MOST)
    assert points > 20
    assert wrong == []
