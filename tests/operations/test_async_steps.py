"""Data steps written with `async def`: under asynchronous drivers, under synchronous ones, and where neither works."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import minimig
from minimig import ops
from minimig.errors import MigrationFailedError, StateError
from support.databases import Database
from support.histories import WORDS, History

ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "mariadb": "mysql+aiomysql"}

STEP = """
import asyncio


async def fill(conn, tables):
    await asyncio.sleep(0)
    await conn.execute(sa.insert(tables.words), [{"id": 1, "word": "one"}, {"id": 2, "word": "two"}])
    async with conn.begin_nested():
        await conn.execute(sa.update(tables.words).where(tables.words.c.id == 2).values(word="2"))
    found = (await conn.execute(sa.select(tables.words.c.word).order_by(tables.words.c.id))).scalars().all()
    assert found == ["one", "2"], found
    assert (await conn.scalars(sa.select(tables.words.c.word).where(tables.words.c.id == 1))).all() == ["one"]
    assert await conn.scalar(sa.select(sa.func.count()).select_from(tables.words)) == 2
    assert await conn.run_sync(lambda c, name: sa.inspect(c).has_table(name), "words")
    await conn.exec_driver_sql("UPDATE words SET word = 'three' WHERE id = 2")
    assert conn.in_transaction()


async def empty(conn, tables):
    await conn.execute(sa.delete(tables["words"]))
"""

GOOD = (
    STEP
    + """
up = [ops.AlterColumn("words", "word", type=sa.String(300), nullable=False), ops.RunPython(fill, reverse=empty)]
"""
)
BAD = (
    STEP
    + """
async def broken(conn, tables):
    await fill(conn, tables)
    raise LookupError("no more words")

up = [ops.RunPython(broken, reverse=ops.NOOP)]
"""
)


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """A history that begins with a table `words`."""
    made = History.at(tmp_path, database)
    made.write("0001_words", WORDS)
    return made


def migrate_asynchronously(history: History, *targets: str) -> None:
    """Migrate over the asynchronous driver of the database, one transaction for each target."""

    async def run() -> None:
        url = history.database.engine.url.set(drivername=ASYNC_DRIVERS[history.database.kind])
        engine = create_async_engine(url, poolclass=NullPool)
        for target in targets:
            async with engine.connect() as connection:
                await connection.run_sync(lambda c, to: minimig.migrate(c, history.folder, target=to), target)
        await engine.dispose()

    asyncio.run(run())


def test_an_asynchronous_engine_awaits_the_step(history: History) -> None:
    """`run_sync` over aiosqlite, asyncpg and aiomysql: the step gets an AsyncConnection inside the migration."""
    history.write("0002_fill", GOOD)
    migrate_asynchronously(history, "head")
    assert history.values("SELECT word FROM words ORDER BY id") == ["one", "three"]
    migrate_asynchronously(history, "-1", "head", "-1")
    assert history.values("SELECT word FROM words") == []
    assert history.applied == ["0001_words"]


def test_a_synchronous_engine_runs_the_same_file(history: History) -> None:
    """The command line, over a synchronous driver, runs the step in an event loop of its own."""
    history.write("0002_fill", GOOD)
    history.migrate()
    assert history.values("SELECT word FROM words ORDER BY id") == ["one", "three"]
    history.migrate("-1")
    assert history.values("SELECT word FROM words") == []


@pytest.mark.parametrize("asynchronous", [True, False])
def test_what_a_failed_step_wrote_is_gone(history: History, *, asynchronous: bool) -> None:
    """The step is inside the migration's transaction, and its error is told like any other, with its line."""
    history.write("0002_broken", BAD)
    with pytest.raises(MigrationFailedError, match="LookupError: no more words") as caught:
        migrate_asynchronously(history, "head") if asynchronous else history.migrate()
    assert "0002_broken.py:" in str(caught.value.where)
    assert history.values("SELECT word FROM words") == []
    assert history.applied == ["0001_words"]


@pytest.mark.parametrize("name", ["stream", "commit"])
def test_what_a_synchronous_connection_lacks_is_named(tmp_path: Path, sqlite_database: Database, name: str) -> None:
    """A method that the synchronous driver cannot give is an error that says how to reach the connection."""
    history = History.at(tmp_path, sqlite_database)
    history.write("0001_asks", f"async def step(conn, tables): await conn.{name}()\nup = [ops.RunPython(step)]")
    with pytest.raises(MigrationFailedError, match=rf"has no '{name}' under the driver pysqlite.*run_sync"):
        history.migrate()


def test_inside_an_event_loop_a_synchronous_driver_is_refused(tmp_path: Path, sqlite_database: Database) -> None:
    """Two event loops cannot share a thread: the error names both ways out, and each of them works."""
    history = History.at(tmp_path, sqlite_database)
    history.write("0001_words", WORDS)
    history.write("0002_fill", GOOD)

    async def wrong() -> None:
        history.migrate()

    async def right() -> None:
        await asyncio.to_thread(history.migrate)

    with pytest.raises(MigrationFailedError) as caught:
        asyncio.run(wrong())
    assert "inside an event loop already" in caught.value.message
    assert "asyncio.to_thread" in caught.value.message
    asyncio.run(right())
    assert history.values("SELECT word FROM words ORDER BY id") == ["one", "three"]


def test_partials_and_objects_can_be_asynchronous(tmp_path: Path, sqlite_database: Database) -> None:
    """A partial of an asynchronous function, and an object whose call is one, are awaited too."""
    history = History.at(tmp_path, sqlite_database)
    history.write("0001_words", WORDS)
    history.write(
        "0002_calls",
        """
        from functools import partial

        async def put(word, conn, tables):
            await conn.execute(sa.insert(tables.words).values(word=word))

        class Putter:
            async def __call__(self, conn, tables):
                await put("object", conn, tables)

        up = [ops.RunPython(partial(put, "partial")), ops.RunPython(Putter())]
        """,
    )
    history.migrate()
    assert history.values("SELECT word FROM words ORDER BY id") == ["partial", "object"]


def test_a_forgotten_await_is_found(tmp_path: Path, sqlite_database: Database) -> None:
    """A plain function that returns a coroutine has done nothing: an error, and the migration is not applied."""
    history = History.at(tmp_path, sqlite_database)
    history.write(
        "0001_hidden",
        """
        async def step(conn, tables): pass

        def wrapped(conn, tables): return step(conn, tables)

        up = [ops.RunPython(wrapped)]
        """,
    )
    with pytest.raises(MigrationFailedError, match="wrapped returned something that has to be awaited"):
        history.migrate()
    assert history.applied == []


# --- what RunPython takes ---------------------------------------------------------------------------------------------


def one(connection: sa.Connection) -> None:
    """Too few."""


def four(connection: sa.Connection, tables: Any, options: Any, more: int) -> None:
    """Too many."""


async def four_async(connection: sa.Connection, tables: Any, options: Any, more: int) -> None:
    """Too many, and asynchronous."""


def named(connection: sa.Connection, *, tables: Any) -> None:
    """By name only."""


def yields(connection: sa.Connection, tables: Any) -> Any:
    """Calling it does nothing."""
    yield


@pytest.mark.parametrize("function", [one, four, four_async, named, yields, lambda: None, dict.fromkeys([1])])
def test_what_cannot_be_called_is_refused_while_the_file_is_read(function: Any) -> None:
    """Functions of other arguments, generators, and what is no function, up or down, say how a step is written."""
    for build in (lambda: ops.RunPython(function), lambda: ops.RunPython(ops.NOOP, reverse=function)):
        with pytest.raises(StateError) as caught:
            build()
        assert caught.value.hint


def test_the_arguments_of_a_wrong_function_are_shown() -> None:
    """The error shows how the function is called, and how it is written."""
    with pytest.raises(StateError) as caught:
        ops.RunPython(four)
    assert "RunPython calls four(connection, tables), but it is written as four(connection" in caught.value.message


def any_number(*arguments: Any, **more: Any) -> None:
    """As many as there are."""


def with_default(connection: sa.Connection, tables: Any, more: int = 1) -> None:
    """Enough."""


@pytest.mark.parametrize("function", [any_number, with_default, print])
def test_what_can_be_called_is_taken(function: Any) -> None:
    """Further arguments with defaults are no obstacle, nor is a function that is written in C."""
    assert ops.RunPython(function).code is function
