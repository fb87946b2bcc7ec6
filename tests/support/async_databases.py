"""The same databases by asynchronous drivers.

In: a `Database`. Out: its URL for another driver, or the same database with an asynchronous engine, on which
synchronous code works within `awaited`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.util import greenlet_spawn

from support.databases import Database

DRIVERS = {
    "aiosqlite": ("sqlite", "sqlite+aiosqlite"),
    "asyncpg": ("postgresql", "postgresql+asyncpg"),
    "psycopg": ("postgresql", "postgresql+psycopg_async"),
    "aiomysql": ("mariadb", "mysql+aiomysql"),
}


def async_url(database: Database, driver: str) -> str:
    """The URL of a database for an asynchronous driver."""
    return sa.make_url(database.url).set(drivername=DRIVERS[driver][1]).render_as_string(hide_password=False)


def asynchronous(database: Database, driver: str) -> Database:
    """The same database; its engine needs `awaited`."""
    return Database.at(database.kind, sa.make_url(async_url(database, driver)))


def awaited(function: Callable[..., Any], *args: Any) -> Any:
    """The result of synchronous code that uses an asynchronous engine."""

    async def run() -> Any:
        return await greenlet_spawn(function, *args)

    return asyncio.run(run())
