"""The executor of a project, with the functions of its environment that are told of a run and of each step.

Django has signals for the first (pre_migrate, post_migrate), Alembic a callback for the second (on_version_apply).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.commands.project import Project
from minimig.config import Settings
from minimig.dialects.registry import lock_for
from minimig.dialects.run_options import RunOptions
from minimig.errors import HookError
from minimig.runtime.doubt import Assume
from minimig.runtime.events import StepRecorded
from minimig.runtime.executor import Executor
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.retrying import Patience


@dataclass(frozen=True)
class Waits:
    """What was said for one run of how long statements wait, and how often they are tried; None is as configured."""

    lock: float | None = None
    statement: float | None = None
    attempts: int | None = None


AS_CONFIGURED = Waits()


def patience_of(settings: Settings, said: Patience | Waits) -> Patience:
    """The patience of a run: what was said for it, and for the rest what the project configures."""
    if isinstance(said, Patience):
        return said
    return Patience(
        lock=settings.ddl_lock_timeout if said.lock is None else said.lock,
        statement=settings.statement_timeout if said.statement is None else said.statement,
        attempts=settings.attempts if said.attempts is None else said.attempts,
    )


def alone(project: Project, connection: sa.Connection, seconds: float | None = None) -> AbstractContextManager[None]:
    """The lock that keeps other runs away from the project's version table; waits as long as said, or configured."""
    wait = project.settings.lock_timeout if seconds is None else seconds
    return lock_for(connection, project.recorder.table.key, wait, project.tell)


def executor_of(
    project: Project,
    connection: sa.Connection,
    *,
    whole: bool = False,
    assume: Assume = None,
    patience: Patience | Waits = AS_CONFIGURED,
    precheck: bool = True,
) -> Executor:
    """What runs steps on a connection for this project; see `Executor`."""
    functions = tuple(project.environment.on_step)

    def within(step: StepRecorded, connection: sa.Connection) -> None:
        for function in functions:
            function(step, connection)

    options = RunOptions(project.settings.x, project.settings.tag)
    told = within if functions else None
    executor = Executor(
        connection,
        project.recorder,
        within=told,
        options=options,
        whole=whole,
        assume=assume,
        patience=patience_of(project.settings, patience),
        precheck=precheck,
    )
    executor.tell = project.tell
    return executor


def tell_of_run(
    name: str, functions: Sequence[Callable[..., Any]], steps: Sequence[PreparedStep], connection: sa.Connection
) -> None:
    """Call the functions of `before_run` or `after_run` with the steps of a run, in a transaction of their own.

    Raises HookError for what they raise, and for one that ends the transaction.
    """
    if not functions:
        return
    told = tuple(prepared.step for prepared in steps)
    with nullcontext() if connection.in_transaction() else connection.begin():
        for function in functions:
            function(told, connection)
            if not connection.in_transaction():
                raise HookError(
                    f"a function of `{name}` ended the transaction it was given, by commit, rollback or close",
                    hint="leave that to minimig, which commits when all of them are through",
                )
