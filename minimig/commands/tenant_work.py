"""What a worker does: bring one tenant to a target, and tell how it went; never raises for what concerns one tenant.

In a thread it gets the project itself. Another process, or another machine, gets a `Job` of plain values, and reads the
project once for all the jobs of a run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa

from minimig.commands.applying import MigrateOptions, has_nothing_to_do, migrate_connection
from minimig.commands.awaiting import in_loop_for
from minimig.commands.checking import against_database
from minimig.commands.history import last_applied
from minimig.commands.interrupted import refuse_half_done
from minimig.commands.planning import plan_steps
from minimig.commands.project import Project
from minimig.commands.schema_engine import engine_in
from minimig.commands.stamping import stamp_connection
from minimig.commands.tenant_list import Tenant, project_of_tenants
from minimig.commands.tenant_readers import Readers
from minimig.config import load_settings
from minimig.environment import engine_for, make_engine
from minimig.errors import DatabaseError, MinimigError
from minimig.masking import mask_text, secrets_in
from minimig.runtime.recorder import Applied, revisions

MIGRATED, NOTHING, PENDING, FAILED, NOT_REACHED = "migrated", "nothing to do", "pending", "failed", "not reached"
STAMPED, AGREES, DIFFERENT = "stamped", "agrees", "different"
Reading = Callable[[], AbstractContextManager[sa.Connection]]


class Task(StrEnum):
    """What is done with each tenant."""

    MIGRATE = "migrate"
    STAMP = "stamp"
    CHECK = "check"


@dataclass(frozen=True)
class TenantOptions:
    """Where each tenant is brought to, and how; `migrate` is as for one database.

    To stamp takes the revisions (`words`), and `purge`; its patience with other runs is that of `migrate`.
    """

    app: str | None = None
    target: str | None = None
    migrate: MigrateOptions = field(default_factory=MigrateOptions)
    task: Task = Task.MIGRATE
    words: tuple[str, ...] = ()
    purge: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether each tenant is to have all there is, and no more is asked."""
        return self.task is Task.MIGRATE and self.app is None and self.target is None


@dataclass(frozen=True)
class TenantResult:
    """How it went with one tenant.

    `status` is one of the words above. `steps` are the revisions that were run, or in a dry run would be; `at` are the
    last ones of each app that it had before; `unknown` are those that no file describes. `drift` says what would mend a
    database that differs from its revisions.
    """

    tenant: str
    status: str
    steps: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str | None = None
    where: str | None = None
    hint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Job:
    """One tenant's work for a worker that shares no memory with this process: plain values, which can be pickled."""

    run: str
    source: str
    overrides: tuple[tuple[str, str], ...]
    database: str
    tenant: Tenant
    options: TenantOptions
    tag: str | None = None


def work(project: Project, tenant: Tenant, options: TenantOptions, readers: Readers | None = None) -> TenantResult:
    """Bring one tenant to its target, or in a dry run look what that would take. `project` is the tenants' database.

    What it has had is read on one of the `readers`, where there are some, if it is a schema.
    """
    began = time.perf_counter()
    try:
        result = _on_its_loop(project, tenant, options, readers)
    except MinimigError as error:
        result = failed(tenant, error.message, error.where, error.hint)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not take the other tenants down with it
        result = failed(tenant, f"{type(error).__name__}: {' '.join(str(error).split())}")
    return replace(result, seconds=time.perf_counter() - began)


def work_on(job: Job) -> TenantResult:
    """The same in a worker that has no project yet."""
    try:
        with _reading:
            project = _project(job.run, job.source, job.overrides, job.database, job.tag)
    except MinimigError as error:
        return failed(job.tenant, error.message, error.where, error.hint)
    return work(project, job.tenant, job.options)


def failed(tenant: Tenant, message: str, where: str | None = None, hint: str | None = None) -> TenantResult:
    """A tenant that could not be brought to its target; no text shows the password of its database."""
    secrets = secrets_in(tenant.url or "")
    told = (None if text is None else mask_text(text, secrets) for text in (message, where, hint))
    error, place, advice = told
    return TenantResult(tenant.name, FAILED, error=error, where=place, hint=advice)


_reading = Lock()
_one_loop = Lock()


@lru_cache(maxsize=1)  # of the current run: a later one must read the files again
def _project(_run: str, source: str, overrides: tuple[tuple[str, str], ...], database: str, tag: str | None) -> Project:
    path = Path(source)
    settings = load_settings(path.parent, file=path, environ=os.environ, overrides=dict(overrides), database=database)
    project = project_of_tenants(replace(settings, tag=tag))
    project.graph  # noqa: B018 - read before there are several threads
    return project


def _on_its_loop(project: Project, tenant: Tenant, options: TenantOptions, readers: Readers | None) -> TenantResult:
    """The work, in an event loop of its own where the driver is asynchronous.

    An asynchronous engine serves one loop at a time, also while it is connected to for the first time: another loop
    would wait for good. So each tenant has one for itself; that of the project's own code is used by one after another.
    """
    if tenant.url is not None:
        engine = engine_for(tenant.url, project.environment.connect_args)
        here = project.at(project.settings.for_tenant(tenant.name, tenant.url), engine)
        return in_loop_for([engine], partial(_work, here, here.connect, tenant, options))
    turn: AbstractContextManager[object] = nullcontext()
    if project.engine.dialect.is_async:
        readers = None
        if project.environment.engine is None and project.settings.engine is None:
            project = project.at(project.settings, make_engine(project.settings, project.environment.connect_args))
        else:
            turn = _one_loop
    reading = project.connect if readers is None else readers.one
    with turn:
        return in_loop_for([project.engine], partial(_work, project, reading, tenant, options))


def _work(project: Project, reading: Reading, tenant: Tenant, options: TenantOptions) -> TenantResult:
    """The work, on a project that lives in the tenant's database."""
    with reading() as connection:
        here = project if tenant.schema is None else _in_schema(project, tenant)
        rows = here.applied(connection)
        known = TenantResult(tenant.name, NOTHING, at=_stands_at(here, rows), unknown=_unknown(here, rows))
        if options.task is Task.MIGRATE:
            if options.is_plain and has_nothing_to_do(here, rows):
                refuse_half_done(here, connection, rows, ())
                return known
            if options.migrate.dry:
                return _planned(here, rows, options, known)
        if tenant.schema is None:
            return _ACTS[options.task](here, connection, options, known, rows)
        if not rows and options.task is not Task.CHECK:
            _ensure_schema(project, connection, tenant.name)
    with here.connect() as connection:
        return _ACTS[options.task](here, connection, options, known, rows)


def _in_schema(project: Project, tenant: Tenant) -> Project:
    settings = project.settings.for_tenant(tenant.name, None)
    shared = settings.tenants.shared_schemas if settings.tenants is not None else ()
    return project.at(settings, engine_in(project.engine, tenant.name, shared))


def _planned(project: Project, rows: tuple[Applied, ...], options: TenantOptions, known: TenantResult) -> TenantResult:
    found = plan_steps(project, rows, options.app, options.target, options.migrate.direction)
    steps = tuple(step.step.revision for step in found)
    return replace(known, status=PENDING if steps else NOTHING, steps=steps)


def _migrated(
    project: Project, connection: sa.Connection, options: TenantOptions, known: TenantResult, rows: Sequence[Applied]
) -> TenantResult:
    result = migrate_connection(project, connection, options.app, options.target, options.migrate, rows=rows)
    steps = tuple(planned.step.revision for planned in result.steps)
    return replace(known, status=MIGRATED if steps else NOTHING, steps=steps)


def _stamped(
    project: Project, connection: sa.Connection, options: TenantOptions, known: TenantResult, _: Sequence[Applied]
) -> TenantResult:
    words, wait = options.words, options.migrate.lock_timeout
    result = stamp_connection(project, connection, words, purge=options.purge, lock_timeout=wait)
    steps = (*result.forgotten, *result.recorded)
    return replace(known, status=STAMPED if steps else NOTHING, steps=steps)


def _checked(
    project: Project, connection: sa.Connection, _: TenantOptions, known: TenantResult, _rows: Sequence[Applied]
) -> TenantResult:
    pending, drift = against_database(project, connection)
    mends = tuple(change.operation.describe() for change in drift)
    return replace(known, status=DIFFERENT if pending or mends else AGREES, steps=pending, drift=mends)


_ACTS = {Task.MIGRATE: _migrated, Task.STAMP: _stamped, Task.CHECK: _checked}


def _stands_at(project: Project, rows: tuple[Applied, ...]) -> tuple[str, ...]:
    applied = revisions(rows)
    return project.once(("last", applied), lambda: last_applied(project.graph_at(applied), applied))


def _unknown(project: Project, rows: tuple[Applied, ...]) -> tuple[str, ...]:
    return tuple(row.revision for row in project.unknown(rows))


def _ensure_schema(project: Project, connection: sa.Connection, schema: str) -> None:
    """Create the schema of a new tenant, where the configuration says so. Raises DatabaseError where it does not."""
    if sa.inspect(connection).has_schema(schema):
        connection.rollback()
        return
    tenants = project.settings.tenants
    if tenants is None or not tenants.create_schemas:
        raise DatabaseError(
            f"there is no schema {schema}",
            where=project.database_name,
            hint="create it, or set create_schemas = true for the tenants; nothing was changed",
        )
    connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    connection.commit()


def overrides_of(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Overrides in a form that can be hashed."""
    return tuple(sorted(values.items()))
