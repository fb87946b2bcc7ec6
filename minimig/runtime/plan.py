"""The plan of a run: which revisions to apply or to take back, and in which order.

In: the graph, the set of applied revisions, and a target. Out: a `Plan`, a value that can be printed,
counted or carried out; nothing here meets a database.

As in Django, going forward applies whatever the target needs and lacks, and going back to a revision takes
back what was built on its children in the same app. Other apps that merely depend on the target itself
stay: the target stays too, so they lose nothing. Alembic keeps only heads and moves along one line of
parents; with the set of all applied revisions both directions are one set operation and one sort.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from minimig.errors import HistoryError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import LATEST, Header
from minimig.revisions.identifiers import Target


class Direction(StrEnum):
    """Which list of a revision file a step runs."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True)
class Step:
    """One revision, applied or taken back; when it is `faked`, recorded or forgotten and not run."""

    revision: str
    direction: Direction
    faked: bool = False


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they run, all in one direction. A plan without steps is false."""

    steps: tuple[Step, ...] = ()

    @property
    def direction(self) -> Direction | None:
        """The direction of all steps, None when there are none."""
        return self.steps[0].direction if self.steps else None

    @property
    def revisions(self) -> tuple[str, ...]:
        """The revisions of the steps, in order."""
        return tuple(step.revision for step in self.steps)

    def __bool__(self) -> bool:
        return bool(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)


def make_plan(graph: MigrationGraph, applied: Collection[str], target: Target) -> Plan:
    """The steps from what is applied to the target; no steps when it is reached already.

    Applied revisions that the graph does not know are ignored here. Raises HeadsError when everything is
    asked for and an app has several heads, HistoryError when the applied revisions contradict the graph
    (`check_history`).
    """
    check_history(graph, applied)
    done = frozenset(applied)
    if target.everything:
        graph.check_single_heads()
        return _forward(graph, done, graph.heads())
    if target.revision is None:
        bases = graph.bases(target.app)
        return _backward(graph, done, tuple(r for r in bases if not target.branch or r in target.branch))
    if target.revision not in done:
        return _forward(graph, done, (target.revision,))
    app = graph.headers[target.revision].app
    children = (r for r in graph.children(target.revision) if graph.headers[r].app == app)
    return _backward(graph, done, tuple(r for r in children if not target.branch or r in target.branch))


def late(graph: MigrationGraph, applied: Collection[str], plan: Plan) -> Mapping[str, str]:
    """The revisions of a plan that come late: for each, the last one of its app that is applied and stands behind it.

    It stands there in the order of the graph: a fresh database gets the two the other way round.
    """
    if plan.direction is not Direction.FORWARD:
        return {}
    done = set(applied)
    last: dict[str, tuple[int, str]] = {}
    place = {revision: number for number, revision in enumerate(graph.order())}
    for revision in done & place.keys():
        app = graph.headers[revision].app
        last[app] = max(last.get(app, (-1, "")), (place[revision], revision))
    behind = {revision: last.get(graph.headers[revision].app, (-1, "")) for revision in plan.revisions}
    return {revision: name for revision, (number, name) in behind.items() if number > place[revision]}


def check_history(graph: MigrationGraph, applied: Collection[str]) -> None:
    """Raise HistoryError, naming both, when a revision is applied and one that it depends on is not."""
    done = frozenset(applied)
    for revision in graph.order(revision for revision in done if revision in graph.headers):
        for parent in graph.parents(revision):
            if parent not in done:
                raise _out_of_order(graph.headers[revision], graph.headers[parent])


def _forward(graph: MigrationGraph, done: frozenset[str], targets: tuple[str, ...]) -> Plan:
    missing = graph.order(graph.ancestors(targets) - done)
    return Plan(tuple(Step(revision, Direction.FORWARD) for revision in missing))


def _backward(graph: MigrationGraph, done: frozenset[str], roots: tuple[str, ...]) -> Plan:
    doomed = graph.order(graph.descendants(roots) & done)
    return Plan(tuple(Step(revision, Direction.BACKWARD) for revision in reversed(doomed)))


def _out_of_order(child: Header, parent: Header) -> HistoryError:
    if f"{parent.app}.{LATEST}" in child.dependencies:
        hint = f"`{parent.app}.{LATEST}` moves with every new revision: name the one meant instead"
    elif child.revision in parent.run_before:
        hint = f"take {child.revision} out of `run_before` in {parent.path}: it has run already"
    else:
        hint = (
            "if the dependency is new, take it out of the file; if the database does have the changes of "
            f"{parent.revision}, record it as applied"
        )
    return HistoryError(
        f"{child.revision} is applied, but {parent.revision}, which it depends on, is not",
        where=str(child.path),
        hint=hint,
        code="MM604",
    )
