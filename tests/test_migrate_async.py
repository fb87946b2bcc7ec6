"""`await minimig.migrate_async(...)`: inside a running loop, on every driver, several at once, and cancelled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import minimig
from minimig.dialects.registry import lock_for
from minimig.errors import LockError, UsageError
from support.async_databases import DRIVERS, async_url
from support.databases import Database, sqlite_in

FIRST = '''"""First."""
import sqlalchemy as sa
from minimig import ops

dependencies = []
up = [ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True))]
'''
WAITS = '''"""Add a row, and wait for the server or the loop."""
import asyncio
import time
import sqlalchemy as sa
from minimig import ops

dependencies = ["0001_initial"]


async def fill(conn, tables):
    await conn.execute(sa.insert(tables.users), {"id": 1})
    for _ in range(200):
        await asyncio.sleep(0.05)
        await conn.execute(sa.select(tables.users))


def fill_slowly(conn, tables):
    conn.execute(sa.insert(tables.users), {"id": 1})
    for _ in range(200):
        time.sleep(0.05)
        conn.execute(sa.select(tables.users))


up = [ops.RunPython(FUNCTION, reverse=ops.NOOP)]
'''


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> str:
    """Each asynchronous driver in turn."""
    return request.param


@pytest.fixture
def database(driver: str, request: pytest.FixtureRequest) -> Database:
    """A fresh database of the driver's kind."""
    return request.getfixturevalue(f"{DRIVERS[driver][0]}_database")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one revision file."""
    path = tmp_path / "blog" / "migrations"
    path.mkdir(parents=True)
    (path / "0001_initial.py").write_text(FIRST)
    return path


def tables(database: Database) -> set[str]:
    """The names of all tables, asked by a synchronous driver."""
    return set(sa.inspect(database.engine).get_table_names()) - {"minimig_journal"}


def with_engine(url: str, use: Callable[[AsyncEngine], Awaitable[Any]]) -> Any:
    """Run a coroutine function with an engine that has a pool, in a loop of its own."""

    async def run() -> Any:
        engine = create_async_engine(url)
        try:
            return await use(engine)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def test_on_an_engine_and_on_a_url(database: Database, driver: str, folder: Path) -> None:
    """Up and down inside a running loop; the result is that of `migrate`."""
    url = async_url(database, driver)

    async def use(engine: AsyncEngine) -> None:
        result = await minimig.migrate_async(engine, folder)
        assert [planned.step.revision for planned in result.steps] == ["blog.0001_initial"]
        assert (await minimig.migrate_async(url, folder)).steps == ()
        assert await minimig.run_async(minimig.pending, engine, folder) == ()
        await minimig.migrate_async(url, folder, target="zero")
        assert await minimig.run_async(minimig.pending, url, folder) == ("blog.0001_initial",)

    with_engine(url, use)
    assert tables(database) == {"minimig_version"}


def test_a_transaction_of_the_caller(database: Database, driver: str, folder: Path) -> None:
    """On an AsyncConnection inside a transaction nothing is committed; outside of one, minimig commits."""

    async def use(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            if database.kind == "postgresql":
                async with connection.begin() as transaction:
                    await minimig.migrate_async(connection, folder)
                    assert await connection.run_sync(lambda c: sa.inspect(c).has_table("users"))
                    await transaction.rollback()
                assert tables(database) == set()
            await minimig.migrate_async(connection, folder)
            assert not connection.in_transaction()

    with_engine(async_url(database, driver), use)
    assert tables(database) == {"users", "minimig_version"}


def test_several_at_once_on_one_database(database: Database, driver: str, folder: Path) -> None:
    """Runs on one loop wait for each other without stopping it, and each revision is applied once."""

    async def use(engine: AsyncEngine) -> None:
        results = await asyncio.gather(*(minimig.migrate_async(engine, folder) for _ in range(4)))
        assert sorted(len(result.steps) for result in results) == [0, 0, 0, 1]

    with_engine(async_url(database, driver), use)
    assert tables(database) == {"users", "minimig_version"}


def test_several_databases_on_one_loop(tmp_path: Path, folder: Path) -> None:
    """Synchronous URLs are migrated in threads, asynchronous ones in the loop, all side by side."""
    databases = [sqlite_in((tmp_path / str(number)).absolute()) for number in range(6)]
    for number in range(6):
        (tmp_path / str(number)).mkdir()

    async def run() -> None:
        urls = [d.url if n % 2 else async_url(d, "aiosqlite") for n, d in enumerate(databases)]
        await asyncio.gather(*(minimig.migrate_async(url, folder) for url in urls))

    asyncio.run(run())
    assert [tables(database) for database in databases] == [{"users", "minimig_version"}] * 6


@pytest.mark.parametrize("way", ["cancelled", "timed out"])
@pytest.mark.parametrize("step", ["fill", "fill_slowly"])
def test_cancelled_it_rolls_back(database: Database, driver: str, folder: Path, step: str, way: str) -> None:
    """A cancelled run ends soon, as cancelled tasks do, with everything rolled back and the lock free."""
    url = async_url(database, driver) if step == "fill" else database.url
    (folder / "0002_fill.py").write_text(WAITS.replace("FUNCTION", step))

    async def run() -> None:
        await minimig.migrate_async(url, folder, target="0001")
        task = asyncio.create_task(minimig.migrate_async(url, folder))
        if way == "timed out":
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(task, 0.5)
            return
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < 5
    with database.engine.connect() as connection, lock_for(connection, "minimig_version", 2):
        assert connection.scalar(sa.text("SELECT count(*) FROM users")) == 0
        assert connection.scalar(sa.text("SELECT count(*) FROM minimig_version")) == 1


def test_the_loop_goes_on_meanwhile(sqlite_database: Database, folder: Path) -> None:
    """While a synchronous URL is migrated in a thread, the loop does other things."""
    (folder / "0002_fill.py").write_text(WAITS.replace("FUNCTION", "fill_slowly").replace("200", "10"))

    async def run() -> int:
        task = asyncio.create_task(minimig.migrate_async(sqlite_database.engine, folder))
        turns = 0
        while not task.done():
            await asyncio.sleep(0.01)
            turns += 1
        await task
        return turns

    assert asyncio.run(run()) > 10


def test_a_wait_for_the_lock_ends(database: Database, driver: str, folder: Path) -> None:
    """`lock_timeout` holds in a loop too."""

    async def use(engine: AsyncEngine) -> None:
        with (
            database.engine.connect() as connection,
            lock_for(connection, "minimig_version", 1),
            pytest.raises(LockError),
        ):
            await minimig.migrate_async(engine, folder, lock_timeout=0.2)

    with_engine(async_url(database, driver), use)
    assert tables(database) == set()


LOOKS = '''"""Look at a table, change it, look again."""
import sqlalchemy as sa
from minimig import ops

dependencies = ["0001_initial"]


def look(conn, tables):
    conn.execute(sa.text("SELECT * FROM users")).all()


LOOK = ops.RunPython(look, reverse=ops.NOOP)
up = [
    LOOK,
    ops.AddColumn("users", sa.Column("age", sa.Integer)),
    LOOK,
    ops.AlterColumn("users", "age", type=sa.String(20)),
    LOOK,
]
'''


def test_a_step_asks_again_after_a_change(database: Database, driver: str, folder: Path) -> None:
    """A statement that was prepared before ALTER TABLE is prepared anew: asyncpg would refuse it."""
    (folder / "0002_look.py").write_text(LOOKS)
    url = async_url(database, driver)
    asyncio.run(minimig.migrate_async(url, folder))
    asyncio.run(minimig.migrate_async(url, folder, target="zero"))
    assert tables(database) == {"minimig_version"}


def test_what_cannot_work_is_said(sqlite_database: Database, folder: Path) -> None:
    """In a running loop `migrate` names `migrate_async`; a synchronous connection and a closed one are refused."""
    url = async_url(sqlite_database, "aiosqlite")

    async def use(engine: AsyncEngine) -> None:
        with pytest.raises(UsageError, match="event loop") as caught:
            minimig.migrate(engine, folder)
        assert "await minimig.migrate_async" in str(caught.value.hint)
        with pytest.raises(UsageError, match="not open yet"):
            await minimig.migrate_async(engine.connect(), folder)
        async with engine.connect() as connection:
            with pytest.raises(UsageError, match="in use in another event loop"):
                await asyncio.to_thread(minimig.migrate, engine, folder)
            with pytest.raises(UsageError, match="is asynchronous"):
                minimig.migrate(connection, folder)
        with sqlite_database.engine.connect() as connection, pytest.raises(UsageError, match="does not leave"):
            await minimig.migrate_async(connection, folder)

    with_engine(url, use)
    assert tables(sqlite_database) == set()


def test_without_a_loop_an_async_engine_is_taken_too(sqlite_database: Database, folder: Path) -> None:
    """A script may hand an AsyncEngine to `migrate`: a loop of its own runs it."""
    engine = create_async_engine(async_url(sqlite_database, "aiosqlite"))
    assert len(minimig.migrate(engine, folder).steps) == 1
    assert tables(sqlite_database) == {"users", "minimig_version"}
