"""Everything about a plan that can be known before the first statement runs.

Each step gets its migration and, for each of its operations, the state before and after it. A file that does not load,
an operation that does not fit, a step without a way back: all of them stop the run here, while the database is still
untouched. (Django finds an irreversible step only when it gets there, with the later ones already undone.)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from minimig.dialects.phrases import Phrases
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.loader import Migration
from minimig.revisions.replay import EMPTY, Change, downward, place_of, replay, steps
from minimig.runtime.plan import Direction, Plan, Step
from minimig.state.schema import SchemaState
from minimig.state.shared import differing


@dataclass(frozen=True)
class PreparedStep:
    """A step with all that is needed to carry it out.

    `also` are revisions whose rows come or go with it: what a squashed revision replaces, and squashes that replace it.
    `phrases` is what its rehearsal said, if it had one, on the dialect that it will run on.
    """

    step: Step
    migration: Migration
    moves: tuple[Change, ...]
    also: frozenset[str] = frozenset()
    phrases: Phrases | None = field(default=None, compare=False, repr=False)

    def faked(self) -> PreparedStep:
        """The same step, to be recorded and not run."""
        return replace(self, step=replace(self.step, faked=True))

    def where(self, position: int) -> str:
        """The file and the operation at this position, for an error."""
        return place_of(self.migration, self.moves, position, backwards=self.step.direction is Direction.BACKWARD)


def prepare(
    graph: MigrationGraph,
    load: Callable[[str], Migration],
    plan: Plan,
    applied: Collection[str],
    state_after: Callable[[Sequence[str]], SchemaState] | None = None,
) -> tuple[PreparedStep, ...]:
    """Every step of the plan with its operations and states, in the order of the plan.

    `load` gives the migration of a revision. The schema before the plan is replayed, unless `state_after` can tell it.
    Raises RevisionFileError, StateError or IrreversibleError, naming file and operation.
    """
    planned = set(plan.revisions)
    state_after = state_after or (lambda revisions: replay(map(load, revisions)))
    known = set(applied) & set(graph.headers)
    if plan.direction is Direction.BACKWARD:
        return _prepare_backward(graph, load, plan, state_after(graph.order(known - planned)))
    state = state_after(graph.order(known))
    prepared = []
    for step in plan:
        migration = load(step.revision)
        moves = tuple(steps(migration, state))
        state = moves[-1].after if moves else state
        prepared.append(PreparedStep(step, migration, moves, graph.covered(step.revision)))
    return tuple(prepared)


def schemas_of(steps: Sequence[PreparedStep]) -> frozenset[str]:
    """The schemas that the states of these steps name."""
    found: set[str | None] = set()
    state = EMPTY
    for change in (change for step in steps for change in step.moves):
        for following in change[1:]:
            tables = [following.tables[key] for key in differing(following.tables, state.tables)]
            items = () if following.objects is state.objects else following.objects.values()
            found.update(each.schema for each in (*tables, *items))
            found.update(key.target.rpartition(".")[0] for table in tables for key in table.foreign_keys)
            state = following
    return frozenset(filter(None, found))


def _prepare_backward(
    graph: MigrationGraph, load: Callable[[str], Migration], plan: Plan, state: SchemaState
) -> tuple[PreparedStep, ...]:
    # `state` is of what stays, so that each state holds exactly what the database will hold at that moment.
    prepared = []
    for step in reversed(plan.steps):
        migration = load(step.revision)
        also = graph.covered(step.revision) | graph.covering(step.revision)
        prepared.append(PreparedStep(step, migration, tuple(downward(migration, state)), also))
        upward = list(steps(migration, state))
        state = upward[-1].after if upward else state
    return tuple(reversed(prepared))
