"""What a run costs, counted and not timed: statements on the wire, and columns that are built for compilers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from minimig import ops, snapshot
from minimig.dialects.registry import dialect_of
from minimig.operations.base import Operation
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration
from minimig.revisions.replay import steps
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.rehearsal import rehearse, rehearse_moves
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import WORDS, History, counted

WIDE = 40
CHANGES: dict[str, tuple[Operation, int]] = {
    "a column comes": (ops.AddColumn("t", sa.Column("more", sa.Integer)), 2),
    "an index comes": (ops.CreateIndex("ix", "t", ["c3", "c4"]), 3),
    "a column changes": (ops.AlterColumn("t", "c3", nullable=False), 1),
    "a key comes": (ops.AddConstraint("t", sa.UniqueConstraint("c3", name="uq")), 2),
    "a column goes": (ops.DropColumn("t", "c3"), 0),
}
"""An operation on a table of 40 columns, and how many of them have to be built to say it: its own and the key."""


@contextmanager
def columns_built() -> Iterator[list[str]]:
    """The names of the columns that become part of a SQLAlchemy table meanwhile."""
    seen: list[str] = []

    def note(column: Any, table: Any) -> None:
        seen.append(column.name)

    sa.event.listen(sa.Column, "after_parent_attach", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Column, "after_parent_attach", note)


def wide() -> SchemaState:
    """A schema with one wide table."""
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(f"c{number}", sa.String(20)) for number in range(WIDE - 1)),
    )
    return snapshot(metadata)


@pytest.mark.parametrize("change", CHANGES)
def test_few_columns_are_built_for_a_change_of_one(change: str) -> None:
    """For one column, index or key on PostgreSQL not all of a wide table is built."""
    operation, most = CHANGES[change]
    before = wide()
    moves = steps(Migration(Header("shop", "0002", Path("0002.py")), (operation,), None), before)
    dialect = dialect_of("postgresql+psycopg://")
    with columns_built() as seen:
        rehearse_moves(moves, dialect, lambda _: "")
    assert len(seen) <= most + 1


def test_what_the_rehearsal_said_the_run_does_not_build_again() -> None:
    """With its phrases, the same step is said a second time without building a column."""
    columns = (sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", sa.String(20)))
    up = (ops.CreateTable("words", *columns, sa.Index("ix", "word")), CHANGES["an index comes"][0])
    migration = Migration(Header("shop", "0002", Path("0002.py")), up, None)
    step = PreparedStep(Step("shop.0002", Direction.FORWARD), migration, tuple(steps(migration, wide())))
    dialect = dialect_of("postgresql+psycopg://")
    (rehearsed,) = rehearse([step], dialect)
    with columns_built() as seen:
        rehearse_moves(rehearsed.moves, dialect, rehearsed.where, rehearsed.phrases)
    assert seen == []


def test_each_migration_costs_its_statements_and_one_row(tmp_path: Path, database: Database) -> None:
    """Three more migrations of one statement each are three more statements, three rows, and what SQLite begins with.

    Where DDL cannot be rolled back, there are a journal and a fingerprint besides: eight statements for each migration.
    """
    few = statements(tmp_path / "few", database, 1)
    database.clear()
    many = statements(tmp_path / "many", database, 4)
    own = {"postgresql": 2, "sqlite": 3}.get(database.engine.dialect.name, 8)
    assert len(many) - len(few) == 3 * own, "\n".join(many)


def statements(folder: Path, database: Database, indexes: int) -> list[str]:
    """What goes over the wire for so many migrations that give a table an index each."""
    folder.mkdir()
    history = History.at(folder, database)
    history.write("0001_words", WORDS)
    history.migrate()
    for number in range(indexes):
        history.write(f"0002_{number}", f'up = [ops.CreateIndex("ix_{number}", "words", ["id"])]')
    with counted(database.engine) as seen:
        history.migrate()
    return seen


def test_a_renamed_column_asks_no_catalog_for_names_that_stay(tmp_path: Path, postgresql_database: Database) -> None:
    """The key and the sequence of a table keep their names when another column is renamed."""
    history = History.at(tmp_path, postgresql_database)
    history.write("0001_words", WORDS)
    history.migrate()
    history.write("0002_text", 'up = [ops.RenameColumn("words", "word", "text")]')
    with counted(postgresql_database.engine) as seen:
        history.migrate()
    asked = [sent for sent in seen if "contype = 'p'" in sent or "pg_depend" in sent]
    assert (sum("RENAME" in sent for sent in seen), asked) == (1, [])


def test_one_question_tells_that_nothing_is_in_the_way(tmp_path: Path, postgresql_database: Database) -> None:
    """Views and triggers are read only where there may be some: one query for a column that goes."""
    history = History.at(tmp_path, postgresql_database)
    history.write("0001_words", WORDS)
    history.write("0002_drop", 'up = [ops.DropColumn("words", "word")]')
    history.migrate("0001_words")
    with counted(postgresql_database.engine) as seen:
        history.migrate()
    assert sum("pg_depend" in sent for sent in seen) == 1
    history.migrate("0001_words")
    history.run("CREATE VIEW seen AS SELECT id FROM words")
    with counted(postgresql_database.engine) as seen:
        history.migrate()
    assert sum("pg_depend" in sent for sent in seen) == 1
