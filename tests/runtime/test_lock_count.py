"""A run that is one transaction is told before it starts when it takes more locks than the server has room for."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.cli.waiting import crowded_words
from minimig.dialects.registry import editor_for
from minimig.operations.base import Operation
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration
from minimig.revisions.replay import steps
from minimig.runtime.events import Crowded, Event
from minimig.runtime.executor import Executor
from minimig.runtime.lock_count import locks_taken
from minimig.runtime.output import LiveOutput
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Recorder
from minimig.state.schema import SchemaState
from support.databases import Database

LOCKED = sa.text("""
    SELECT count(DISTINCT l.relation) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND l.relation >= 16384
""")


def words(number: int) -> Operation:
    """A table with a key that numbers itself, a unique constraint and an index, which points to the one before."""
    return ops.CreateTable(
        f"words_{number}",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.Text),
        sa.Column("last", sa.Integer),
        sa.UniqueConstraint("word", name=f"uq_{number}"),
        sa.ForeignKeyConstraint(["last"], [f"words_{max(number - 1, 0)}.id"], name=f"fk_{number}"),
        sa.Index(f"ix_{number}", "last"),
    )


def prepared(count: int) -> PreparedStep:
    """One migration that creates so many tables."""
    migration = Migration(Header("shop", "0001_words", Path("0001_words.py")), tuple(map(words, range(count))), None)
    moves = tuple(steps(migration, SchemaState()))
    return PreparedStep(Step(migration.revision, Direction.FORWARD), migration, moves)


def test_the_count_is_about_what_the_server_says(postgresql_database: Database) -> None:
    """What is foreseen for tables that are created is what pg_locks has of them while the transaction is open."""
    with postgresql_database.engine.connect() as connection:
        editor = editor_for(connection.dialect, LiveOutput(connection))
        step = prepared(20)
        for operation, before, after in step.moves:
            operation.execute(editor, before, after)
        real = connection.execute(LOCKED).scalar_one()
    assert locks_taken([step], editor) == pytest.approx(real, rel=0.15)


@pytest.mark.parametrize("whole", [True, False])
def test_a_run_that_is_too_large_for_one_transaction_is_told(postgresql_database: Database, *, whole: bool) -> None:
    """With `--atomic-run` the warning comes before the first statement; without it there is no reason for one."""
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        raise KeyboardInterrupt  # nobody has to wait for a thousand tables

    with postgresql_database.engine.connect() as connection, pytest.raises(KeyboardInterrupt):
        Executor(connection, Recorder(), whole=whole).run([prepared(1000)], listen)
    (event,) = heard
    assert isinstance(event, Crowded) == whole
    if isinstance(event, Crowded):
        assert event.locks > event.room
        assert f"takes about {event.locks:,} locks" in crowded_words(event)
    assert sa.inspect(postgresql_database.engine).get_table_names() in ([], ["minimig_version"])


def test_other_databases_have_no_such_limit(database: Database) -> None:
    """SQLite locks a file, MariaDB commits each statement: they are not asked."""
    with database.engine.connect() as connection:
        room = editor_for(connection.dialect, LiveOutput(connection)).lock_room(connection)
    assert (room is None) == (database.engine.dialect.name != "postgresql")
