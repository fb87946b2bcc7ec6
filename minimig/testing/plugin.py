"""What pytest loads (entry point `pytest11`): options, fixtures, and the ready tests behind `--minimig`.

pytest imports this in every run of every project that has minimig installed, so nothing heavy is imported before a
fixture or `--minimig` asks for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from minimig.errors import MinimigError

CHECKS = "minimig.testing.checks"
PACKAGE = Path(__file__).parents[1]
IRREVERSIBLE = ("skip", "fail")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and settings; each name says minimig."""
    group = parser.getgroup("minimig", "migrations")
    group.addoption("--minimig", action="store_true", help="Also run the ready tests of this project's migrations.")
    group.addoption("--minimig-url", metavar="URL", help="Server for the tests' databases; by default they are SQLite.")
    parser.addini("minimig_config", "Configuration of minimig, relative to the root; by default searched there.")
    parser.addini("minimig_database", "Of several databases, the one whose apps are tested; by default all together.")
    parser.addini("minimig_url", "As --minimig-url.")
    parser.addini("minimig_irreversible", "What up_down_up does for what has no way back: skip (default) or fail.")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and refuse a setting that makes no sense."""
    config.addinivalue_line("markers", "minimig: the ready tests of the migrations")
    if config.getini("minimig_irreversible") not in ("", *IRREVERSIBLE):
        raise pytest.UsageError(f"minimig_irreversible must be one of {', '.join(IRREVERSIBLE)}")


# --- the ready tests --------------------------------------------------------------------------------------------------


class ReadyTests(pytest.Module):
    """The module with the ready tests, collected under the name `minimig` wherever it is installed."""

    def _getobj(self) -> Any:
        return importlib.import_module(CHECKS)

    def funcnamefilter(self, name: str) -> bool:
        """Whatever the project calls its own tests."""
        return name.startswith("test_")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the ready tests, before -k and -m choose among all."""
    if not config.getoption("--minimig"):
        return
    module = ReadyTests.from_parent(
        session, path=Path(__file__).with_name("checks.py"), name="minimig", nodeid="minimig"
    )
    module.add_marker("minimig")
    items.extend(session.genitems(module))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each app, and one for each revision."""
    if metafunc.function.__module__ != CHECKS:
        return
    wanted = {"minimig_app", "minimig_revision"} & set(metafunc.fixturenames)
    for name in wanted:
        try:
            project = _project(metafunc.config)
            found = list(project.settings.apps) if name == "minimig_app" else list(project.graph.order())
        except MinimigError:
            found = []  # told by the test itself, which reads them again
        metafunc.parametrize(name, found or [None], ids=found or ["none"])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """An error of minimig is told in its own words, behind the line of the test: where inside minimig helps nobody."""
    report = yield
    excinfo = call.excinfo
    if excinfo is None or not isinstance(excinfo.value, MinimigError) or not report.failed:
        return report
    if item.config.getoption("fulltrace"):
        return report
    style = item.config.getoption("tbstyle")
    own = excinfo.traceback.filter(lambda entry: Path(str(entry.path)) == item.path)
    if not own or style == "no" or item.path.is_relative_to(PACKAGE):
        report.longrepr = str(excinfo.value)
    else:
        excinfo.traceback = own
        shown: Any = "long" if style == "auto" else style
        report.longrepr = excinfo.getrepr(
            style=shown, chain=False, showlocals=item.config.getoption("showlocals", default=False)
        )
    return report


def _project(config: pytest.Config) -> Any:
    return importlib.import_module("minimig.testing.opening").open_project(
        config.rootpath, config.getini("minimig_config"), config.getini("minimig_database")
    )


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def minimig_project(pytestconfig: pytest.Config) -> Any:
    """The project of the configuration at or above pytest's root, or of the ini setting `minimig_config`."""
    return _project(pytestconfig)


@pytest.fixture(scope="session")
def minimig_url(pytestconfig: pytest.Config) -> str | None:
    """The server on which the tests' databases are made; None for SQLite files."""
    return pytestconfig.getoption("--minimig-url") or pytestconfig.getini("minimig_url") or None


@pytest.fixture
def minimig_engine(minimig_url: str | None) -> Iterator[Any]:
    """The engine of an empty database of this test's own."""
    with importlib.import_module("minimig.runtime.scratch").scratch_database(minimig_url) as engine:
        yield engine


@pytest.fixture
def minimig_runner(minimig_project: Any, minimig_engine: Any) -> Any:
    """A `minimig.testing.runner.MigrationRunner`: moves `minimig_engine` through the history."""
    return importlib.import_module("minimig.testing.runner").MigrationRunner(minimig_project, minimig_engine)


@pytest.fixture(scope="session")
def minimig_template(minimig_project: Any, minimig_url: str | None) -> Iterator[Any]:
    """A database with the whole history in it, made once in a session; `minimig_migrated` copies it."""
    with importlib.import_module("minimig.runtime.scratch").scratch_database(minimig_url) as engine:
        templates = importlib.import_module("minimig.testing.templates")
        yield templates.MigratedTemplate(minimig_project, engine, minimig_url)


@pytest.fixture
def minimig_migrated(minimig_template: Any) -> Iterator[Any]:
    """The engine of a migrated database of this test's own: a copy, so that no test pays for the history."""
    with minimig_template.copy() as engine:
        yield engine


@pytest.fixture(scope="session")
def minimig_walk(minimig_project: Any, minimig_url: str | None) -> Iterator[Any]:
    """The database with which `test_up_down_up` goes along the history."""
    make = importlib.import_module("minimig.runtime.scratch").scratch_database
    walk = importlib.import_module("minimig.testing.walk").Walk(minimig_project, lambda: make(minimig_url))
    yield walk
    walk.close()
