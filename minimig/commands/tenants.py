"""One history on many tenants: canaries first, several at a time, until all are done or too many have failed."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from minimig.commands.project import Project
from minimig.commands.stamping import standing_at
from minimig.commands.tenant_list import Tenant
from minimig.commands.tenant_readers import Readers
from minimig.commands.tenant_rest import tenants_at_rest
from minimig.commands.tenant_work import (
    DIFFERENT,
    FAILED,
    NOT_REACHED,
    PENDING,
    Job,
    Task,
    TenantOptions,
    TenantResult,
    failed,
    overrides_of,
    work,
    work_on,
)
from minimig.errors import UsageError
from minimig.revisions.identifiers import resolve

Submit = Callable[[Tenant], Future[TenantResult]]
WORKERS = 4
ALL_THE_WAY = TenantOptions()


@dataclass(frozen=True)
class TenantDone:
    """One more tenant is done; `number` of `total` are, and `failed` of them have failed."""

    result: TenantResult
    number: int
    total: int
    failed: int


def unheard(event: TenantDone) -> None:
    """The listener that does not listen."""


@dataclass(frozen=True)
class TenantsResult:
    """How it went with each tenant, in the order of the list."""

    results: tuple[TenantResult, ...]
    dry: bool

    def with_status(self, *words: str) -> tuple[TenantResult, ...]:
        """Those to whom this happened."""
        return tuple(result for result in self.results if result.status in words)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each status."""
        return Counter(result.status for result in self.results)

    @property
    def places(self) -> Mapping[tuple[str, ...], int]:
        """How many stood where before the run, by the last revisions that they had; failed ones are not counted."""
        return Counter(result.at for result in self.results if result.status not in (FAILED, NOT_REACHED))

    @property
    def exit_code(self) -> int:
        """1 when one failed or was not reached, 4 when a dry run found something to do, or one differs, else 0."""
        if self.with_status(FAILED, NOT_REACHED):
            return 1
        return 4 if self.with_status(PENDING, DIFFERENT) else 0

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "dry": self.dry,
            "counts": dict(self.counts),
            "stood_at": [{"revisions": list(at), "tenants": count} for at, count in self.places.items()],
            "tenants": [result.to_dict() for result in self.results],
        }


def migrate_tenants(
    project: Project,
    tenants: Sequence[Tenant],
    *,
    executor: Executor | None = None,
    workers: int = WORKERS,
    canaries: int = 0,
    stop_after: int | None = None,
    options: TenantOptions = ALL_THE_WAY,
    on_event: Callable[[TenantDone], None] = unheard,
) -> TenantsResult:
    """Bring tenants to a target, `workers` at a time; `project` is theirs (`project_of_tenants`).

    The first `canaries` run before the others, and when one of them fails the others are not reached. After
    `stop_after` failures nothing new is begun. What concerns one tenant is part of the result, not raised. `on_event`
    is called in this thread as each is done.

    Threads do the work unless an `executor` is given. A ThreadPoolExecutor gets the project itself; any other, such as
    a ProcessPoolExecutor or Dask's `client.get_executor()`, gets plain values that can be pickled, and its workers read
    the configuration file for themselves: for those the project must come from one, else UsageError is raised.
    """
    check_target(project, options)  # which reads the graph, before there are several threads
    own = ThreadPoolExecutor(workers, "minimig-tenant") if executor is None else nullcontext(executor)
    with Readers(project) as readers, own as pool:
        run = _Run(_submitter(project, pool, options, readers), workers, stop_after, len(tenants), on_event)
        if options.is_plain:
            run.found(tenants_at_rest(project, tenants, readers))
        run.all(tenants[:canaries])
        if not run.failures:
            run.all(tenants[canaries:])
    missing = (TenantResult(tenant.name, NOT_REACHED) for tenant in tenants if tenant.name not in run.done)
    found = {**run.done, **{result.tenant: result for result in missing}}
    return TenantsResult(tuple(found[tenant.name] for tenant in tenants), options.migrate.dry)


def check_target(project: Project, options: TenantOptions) -> None:
    """Raise what is wrong with a target for every tenant: HeadsError, TargetError."""
    graph = project.graph
    if options.task is Task.CHECK:
        return
    if options.task is Task.STAMP:
        standing_at(graph, frozenset(), options.words)
        return
    words = [word for word in (options.app, options.target) if word is not None]
    if not words:
        graph.check_single_heads()
    elif not words[-1].startswith(("-", "+")):  # how far that leads is each tenant's own affair
        resolve(graph, frozenset(graph.headers), options.app, options.target)


class _Run:
    """What is at work and what is done. No more is handed out than can be worked on: what waits can still be left."""

    def __init__(
        self,
        submit: Submit,
        width: int,
        stop_after: int | None,
        total: int,
        on_event: Callable[[TenantDone], None],
    ) -> None:
        self.done: dict[str, TenantResult] = {}
        self.failures = 0
        self._submit = submit
        self._broken = False
        self._width = width
        self._stop_after = stop_after
        self._total = total
        self._on_event = on_event

    def found(self, results: Iterable[TenantResult]) -> None:
        """These are done without any work."""
        for result in results:
            self._tell(result)

    def all(self, tenants: Sequence[Tenant]) -> None:
        """Work through those of these tenants who are not done; returns when nothing is at work any more."""
        waiting = iter(tenants)
        at_work: dict[Future[TenantResult], Tenant] = {}
        while True:
            for tenant in self._next(waiting, self._width - len(at_work)):
                try:
                    at_work[self._submit(tenant)] = tenant
                except BrokenExecutor as error:  # who takes nothing more will not take the next one either
                    self._broken = True
                    self._tell(failed(tenant, _lost(error)))
            if not at_work:
                return
            ready, _ = wait(at_work, return_when=FIRST_COMPLETED)
            for future in ready:
                self._note(future, at_work.pop(future))

    def _next(self, waiting: Iterator[Tenant], free: int) -> Iterator[Tenant]:
        for _ in range(free):
            if self._broken or (self._stop_after is not None and self.failures >= self._stop_after):
                return
            tenant = next((tenant for tenant in waiting if tenant.name not in self.done), None)
            if tenant is None:
                return
            yield tenant

    def _note(self, future: Future[TenantResult], tenant: Tenant) -> None:
        error = future.exception()
        self._tell(future.result() if error is None else failed(tenant, _lost(error)))

    def _tell(self, result: TenantResult) -> None:
        self.failures += result.status == FAILED
        self.done[result.tenant] = result
        self._on_event(TenantDone(result, len(self.done), self._total, self.failures))


def _lost(error: BaseException) -> str:
    return f"the worker was lost: {type(error).__name__}: {error}"


def _submitter(project: Project, executor: Executor, options: TenantOptions, readers: Readers) -> Submit:
    """What hands a tenant to the executor."""
    if isinstance(executor, ThreadPoolExecutor):
        return lambda tenant: executor.submit(work, project, tenant, options, readers)
    settings = project.settings
    if settings.source is None or settings.database is None:
        raise UsageError(
            "workers in other processes read the configuration file, and this project has none",
            hint="use a ThreadPoolExecutor, or load the project from a configuration",
        )
    given = {f"x.{key}": text for key, text in settings.x.items()}
    given |= {"version_table": settings.version_table, "out_of_order": settings.out_of_order}
    if settings.url is not None:
        given["url"] = settings.database_url()
    job = partial(Job, uuid.uuid4().hex, str(settings.source), overrides_of(given), settings.database)
    return lambda tenant: executor.submit(work_on, job(tenant=tenant, options=options, tag=settings.tag))
