"""One database that stands right before whatever revision is asked for: the ready tests walk the history with it.

Asked in the order of the history, one database serves for all of it. In any other order, and after a test that failed
with who knows what in the database, a new one begins.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

import sqlalchemy as sa

from minimig.commands.project import Project
from minimig.testing.runner import MigrationRunner

MakeEngine = Callable[[], AbstractContextManager[sa.Engine]]


class Walk:
    """A database on its way through the history of `project`; `make` makes an empty one. Close it in the end."""

    def __init__(self, project: Project, make: MakeEngine) -> None:
        self.project = project
        self._make = make
        self._stack = ExitStack()
        self._runner: MigrationRunner | None = None
        self._clean = False

    def before(self, revision: str) -> MigrationRunner:
        """The database with all that stands before a revision in the order of the history, and nothing else."""
        order = self.project.graph.order()
        wanted = order[: order.index(revision)]
        if self._runner is None or not self._clean or not set(self._runner.applied) <= set(wanted):
            self.close()
            self._runner = MigrationRunner(self.project, self._stack.enter_context(self._make()))
        self._clean = False
        applied = set(self._runner.applied)
        self._runner.run_exactly([name for name in wanted if name not in applied])
        return self._runner

    def go_on(self) -> None:
        """The database is as its version table says, so the next revision may be tried on it."""
        self._clean = True

    def close(self) -> None:
        """Drop the database."""
        self._runner = None
        self._stack.close()
