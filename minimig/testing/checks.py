"""Ready tests of a project's migrations.

`pytest --minimig` runs them. In a test module, `from minimig.testing.checks import *` does the same, with what the
conftest.py beside it says of `minimig_project` and `minimig_url`. They need no database of yours: they make their own,
and drop them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import pytest
import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.questioner import NeverRename
from minimig.commands.checking import check_project
from minimig.commands.hooks import unwritten
from minimig.commands.project import Project
from minimig.errors import IrreversibleError
from minimig.revisions.details import plain_lines
from minimig.revisions.replay import changes
from minimig.state.schema import SchemaState
from minimig.testing.runner import MigrationRunner
from minimig.testing.walk import Walk

__all__ = [
    "test_down_leads_back",
    "test_models_match",
    "test_single_head",
    "test_up_down_up",
    "test_up_from_empty",
]


def test_single_head(minimig_project: Project, minimig_app: str) -> None:
    """The app has one head: two people have not added a revision behind the same one."""
    heads = minimig_project.graph.conflicts().get(minimig_app)
    if heads:
        _fail(f"{minimig_app} has {len(heads)} heads: {', '.join(heads)}", [], "minimig merge, or minimig rebase")


def test_models_match(minimig_project: Project) -> None:
    """The revision files lead to the models: makemigrations would write nothing."""
    missing = changes(unwritten(minimig_project, NeverRename()), minimig_project.files_state)
    if missing:
        _fail("the models differ from the revision files", plain_lines(missing), "minimig makemigrations")


def test_up_from_empty(minimig_project: Project, minimig_engine: sa.Engine) -> None:
    """An empty database takes every revision, and then holds what the files say."""
    runner = MigrationRunner(minimig_project, minimig_engine)
    runner.migrate_up_to("heads")
    found = check_project(runner.project, models=False)
    if found.drift:
        _fail(
            "the migrated database is not what the revision files say; what would mend it",
            plain_lines(found.drift),
            "SQL that changes the schema says so by state_operations",
        )


def test_down_leads_back(minimig_project: Project) -> None:
    """On paper, each `down` leads to the schema before its `up`."""
    wrong = check_project(minimig_project, database=False).not_back
    if wrong:
        lines = [f"  {revision}: {line}" for revision, lines in wrong for line in lines]
        _fail("`down` does not lead back to the schema before", lines, "mend `down`, or leave it out")


def test_up_down_up(minimig_walk: Walk, minimig_revision: str | None, pytestconfig: pytest.Config) -> None:
    """On a database, a revision taken back leaves no trace, and can be applied again."""
    if minimig_revision is None:  # the files could not be read when the tests were collected
        minimig_walk.project.graph.check_single_heads()
        pytest.skip("there is no revision file yet")
    runner = minimig_walk.before(minimig_revision)
    before = runner.state
    empty = runner.reflected(before)
    runner.apply(minimig_revision)
    after = runner.state
    full = runner.reflected(after)
    try:
        runner.take_back(minimig_revision)
    except IrreversibleError as error:
        if pytestconfig.getini("minimig_irreversible") == "fail":
            raise
        minimig_walk.go_on()
        pytest.skip(f"{error.message} ({error.where})")
    _compare(runner, empty, before, f"{minimig_revision} was applied and taken back, and the schema is another one")
    runner.apply(minimig_revision)
    _compare(runner, full, after, f"{minimig_revision} was applied once more, and the schema is another one")
    minimig_walk.go_on()


def _compare(runner: MigrationRunner, then: SchemaState, like: SchemaState, problem: str) -> None:
    now = runner.reflected(like)
    trace = changes(diff(now, then, questioner=NeverRename()), now)
    if trace:
        _fail(f"{problem}; what would mend it", plain_lines(trace), "mend `down` of that file")


def _fail(problem: str, lines: Iterable[str], hint: str) -> NoReturn:
    pytest.fail("\n".join([problem, *lines, f"  next:  {hint}"]), pytrace=False)
