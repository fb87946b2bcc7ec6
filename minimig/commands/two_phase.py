"""All databases or none: each migrates inside a transaction, all of these are prepared, and then all are committed.

A transaction that is prepared survives its session and the server; committing it can hardly fail any more. What is left
is the moment between two commits: whoever is cut off there finds prepared transactions, which hold their locks, and the
next run says so. (PostgreSQL manual, PREPARE TRANSACTION.)
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.commands.applying import MigrateOptions, MigrateResult, migrate_connection
from minimig.commands.project import Project
from minimig.errors import DatabaseError, UnsupportedError
from minimig.runtime.events import Listener

PREPARED = "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND starts_with(gid, 'minimig_')"


@dataclass(frozen=True)
class _Part:
    """What happens in one database."""

    name: str
    project: Project
    connection: sa.Connection
    transaction: sa.TwoPhaseTransaction
    number: str


def migrate_two_phase(
    projects: Mapping[str, Project],
    app: str | None,
    target: str | None,
    options: MigrateOptions,
    listen: Callable[[str], Listener],
) -> Mapping[str, MigrateResult]:
    """Bring all these databases to a target, by name, or leave all as they are.

    `listen` gives the listener for the run of one database. Raises what `migrate_connection` raises, with the database
    as its place and nothing changed anywhere; UnsupportedError for a database that cannot prepare transactions;
    DatabaseError when one of the commits failed, with what is to be done by hand.
    """
    run = uuid.uuid4().hex[:12]
    results: dict[str, MigrateResult] = {}
    with ExitStack() as stack:
        parts: list[_Part] = []
        for name, project in projects.items():
            connection = stack.enter_context(project.connect())
            _check(name, project, connection)
            number = f"minimig_{run}_{name}"
            parts.append(_Part(name, project, connection, connection.begin_twophase(number), number))
        try:
            for part in parts:
                results[part.name] = _migrated(part, app, target, options, listen(part.name))
            busy = [part for part in parts if results[part.name].steps]
            for part in busy:
                part.transaction.prepare()
        except BaseException:
            _undo(parts)
            raise
        _commit(busy)
        for part in parts:
            if part not in busy:
                part.transaction.rollback()
    return results


def _check(name: str, project: Project, connection: sa.Connection) -> None:
    """Raise unless the database can prepare a transaction, and none of ours waits there."""
    if connection.dialect.name != "postgresql":
        raise UnsupportedError(
            f"the database {name} is {connection.dialect.name}: a schema cannot be changed there in a transaction that"
            " waits for another database",
            where=project.database_name,
            hint="leave out --two-phase; nothing was changed",
        )
    if connection.exec_driver_sql("SHOW max_prepared_transactions").scalar() == "0":
        raise UnsupportedError(
            f"the database {name} prepares no transactions",
            where=project.database_name,
            hint="set max_prepared_transactions in postgresql.conf to the number of databases, and restart the server;"
            " nothing was changed",
        )
    waiting = connection.exec_driver_sql(PREPARED).scalars().all()
    connection.rollback()
    if waiting:
        raise DatabaseError(
            f"the database {name} holds a prepared migration that was not committed: {', '.join(waiting)}",
            where=project.database_name,
            hint=f"when the other databases have it: COMMIT PREPARED '{waiting[0]}', else: ROLLBACK PREPARED"
            f" '{waiting[0]}'; nothing was changed",
        )


def _migrated(
    part: _Part, app: str | None, target: str | None, options: MigrateOptions, listener: Listener
) -> MigrateResult:
    return migrate_connection(part.project, part.connection, app, target, options, listener)


def _undo(parts: list[_Part]) -> None:
    """Roll back whatever was begun or prepared; a connection that is gone must not keep the others from it."""
    for part in parts:
        try:
            part.transaction.rollback()
        except sa.exc.SQLAlchemyError:
            part.connection.invalidate()


def _commit(parts: list[_Part]) -> None:
    """Commit all that is prepared, also after one that failed. Raises DatabaseError for those that are left."""
    left: dict[str, str] = {}
    for part in parts:
        try:
            part.transaction.commit()
        except sa.exc.SQLAlchemyError as error:
            left[part.name] = part.number
            part.connection.invalidate(error)
    if left:
        raise DatabaseError(
            f"prepared, but not committed: {', '.join(left)}; the other databases are committed",
            where=", ".join(left.values()),
            hint="when the server answers again, look for these in pg_prepared_xacts there, and COMMIT PREPARED each",
        )
