"""The executor of a project: with the functions of its environment that are told of each step, and its options."""

from __future__ import annotations

import sqlalchemy as sa

from minimig.commands.project import Project
from minimig.dialects.run_options import RunOptions
from minimig.runtime.events import StepRecorded
from minimig.runtime.executor import Executor


def executor_of(project: Project, connection: sa.Connection) -> Executor:
    """What runs steps on a connection for this project."""
    functions = tuple(project.environment.on_step)

    def within(step: StepRecorded, connection: sa.Connection) -> None:
        for function in functions:
            function(step, connection)

    options = RunOptions(project.settings.x, project.settings.tag)
    return Executor(connection, project.recorder, within=within if functions else None, options=options)
