"""One database that stands right before whatever revision is asked for: the ready tests walk the history with it.

Asked in the order of the history, each revision is applied once more than it must be; asked in any other order, a new
database begins.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from collections.abc import Callable

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

    def before(self, revision: str) -> MigrationRunner:
        """The database with all that stands before a revision in the order of the history, and nothing else."""
        order = self.project.graph.order()
        wanted = order[: order.index(revision)]
        if self._runner is None or not set(self._runner.applied) <= set(wanted):
            self.close()
            self._runner = MigrationRunner(self.project, self._stack.enter_context(self._make()))
        applied = set(self._runner.applied)
        self._runner.run_exactly([name for name in wanted if name not in applied])
        return self._runner

    def close(self) -> None:
        """Drop the database."""
        self._runner = None
        self._stack.close()
