"""Fixtures for every test: a fresh, empty, real database of each kind.

`database` runs a test once per kind; `sqlite_database`, `postgresql_database` and `mariadb_database` give one
kind. Where the servers come from, and what happens without one, is told in `support.servers`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from support.browser import HINT
from support.databases import KINDS, Database, Server, sqlite_in
from support.servers import server, skip_reason

EXAMPLE = Path(__file__).parents[1] / "example_project"
pytest_plugins = ["pytester"]  # pytest takes this from the outermost conftest.py only; tests/testing needs it

hypothesis.settings.register_profile("dev", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True, database=None)
hypothesis.settings.load_profile(
    os.environ.get("MINIMIG_HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)


@pytest.fixture(autouse=True)
def _no_module_stays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test imported from a folder of its own is forgotten: the next one has a `blog.models` of its own."""
    before, path = set(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    folders = (str(tmp_path_factory.getbasetemp()), str(EXAMPLE))
    for name in sys.modules.keys() - before:
        module = sys.modules[name]
        places = [getattr(module, "__file__", None) or "", *(getattr(module, "__path__", None) or ())]
        if any(place.startswith(folders) for place in places):
            del sys.modules[name]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One PostgreSQL server per test process."""
    with server("postgresql") as found:
        yield found


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    """One MariaDB server per test process."""
    with server("mariadb") as found:
        yield found


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Database:
    """A fresh SQLite database."""
    return sqlite_in(tmp_path)


@pytest.fixture
def postgresql_database(postgresql_server: Server) -> Iterator[Database]:
    """A fresh PostgreSQL database."""
    with postgresql_server.fresh() as database:
        yield database


@pytest.fixture
def mariadb_database(mariadb_server: Server) -> Iterator[Database]:
    """A fresh MariaDB database."""
    with mariadb_server.fresh() as database:
        yield database


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database of each kind in turn."""
    return request.getfixturevalue(f"{request.param}_database")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests did not run for want of a server, and how to make them run."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    browserless = sum("no browser: " in reason for reason in reasons)
    if browserless:
        terminalreporter.write_line(f"{browserless} tests skipped: {HINT}", yellow=True)
    for kind in KINDS[1:]:
        count = sum(skip_reason(kind) in reason for reason in reasons)
        if count:
            terminalreporter.write_line(f"{count} tests skipped: {skip_reason(kind)}", yellow=True)
