"""What a run would do, from the files and the rows of the version table: the steps, and what speaks against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minimig.commands.edits import refuse_edited
from minimig.commands.project import Project
from minimig.errors import HistoryError, TargetError
from minimig.revisions.identifiers import Target, resolve
from minimig.runtime.plan import Direction, Plan, Step, late, make_plan
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied, revisions
from minimig.runtime.stages import Planned


@dataclass(frozen=True)
class Place:
    """Where the database stands already when there is nothing to do, and what of that app it does not have."""

    app: str
    revision: str | None
    pending: tuple[str, ...] = ()


def plan_steps(
    project: Project,
    rows: Sequence[Applied],
    app: str | None,
    target: str | None,
    direction: Direction | None = None,
    *,
    fake: bool = False,
) -> tuple[PreparedStep, ...]:
    """The prepared steps from what is applied to a target; nothing was executed. Only `fake` ones pass edited files."""
    graph = project.graph_at(revisions(rows), app, target)
    applied = graph.effective(revisions(rows))
    if app is None and target is None and applied >= graph.headers.keys():
        project.tell(Planned(graph, applied, Target(None, None, everything=True), Plan()))
        return ()  # everything is applied: no file and no model is needed to know that
    found = resolve(graph, applied, app, target)
    plan = make_plan(graph, applied, found)
    project.tell(Planned(graph, applied, found, plan))
    if plan:
        project.refuse_unknown(rows)
        if not fake:
            refuse_edited(project, [row for row in rows if row.revision in graph.headers])
        check_direction(plan, direction)
        check_order(project, late(graph, applied, plan))
    return project.prepared(graph, plan, applied)


def late_steps(
    project: Project,
    rows: Sequence[Applied],
    prepared: Sequence[PreparedStep],
    app: str | None,
    target: str | None,
) -> Mapping[str, str]:
    """Which of the steps come late, where the configuration wants to hear of it."""
    forward = tuple(step.step for step in prepared if step.step.direction is Direction.FORWARD)
    if not forward or project.settings.out_of_order == "allow":
        return {}
    graph = project.graph_at(revisions(rows), app, target)
    return late(graph, graph.effective(revisions(rows)), Plan(forward))


def place_of_database(project: Project, rows: Sequence[Applied], app: str | None, target: str | None) -> Place | None:
    """Where a database that needs no step stands, for somebody who named a place."""
    if app is None and target is None:
        return None
    graph = project.graph_at(revisions(rows), app, target)
    applied = graph.effective(revisions(rows))
    found = resolve(graph, applied, app, target)
    if found.app is None:
        return None
    return Place(found.app, found.revision, tuple(r for r in graph.revisions(found.app) if r not in applied))


def check_order(project: Project, behind: Mapping[str, str]) -> None:
    """Raise HistoryError for steps that come late, where the configuration says so."""
    if project.settings.out_of_order == "error" and behind:
        listed = "; ".join(f"{revision}, and {other} is applied already" for revision, other in behind.items())
        raise HistoryError(
            f"these would be applied out of order: {listed}",
            where=project.database_name,
            hint="give the late revision a place behind the other one, or run once with MINIMIG_OUT_OF_ORDER=allow;"
            " nothing was changed",
            code="MM605",
        )


def squashes_to_record(project: Project, rows: Sequence[Applied]) -> tuple[PreparedStep, ...]:
    """Squashed revisions that have no row although all that they replace is applied."""
    graph = project.graph_at(revisions(rows))
    found = graph.order(graph.effective(revisions(rows)) - revisions(rows))
    return tuple(PreparedStep(Step(r, Direction.FORWARD), project.load(r), ()) for r in found)


def check_direction(plan: Plan, direction: Direction | None) -> None:
    """Raise TargetError for a plan that leads the other way than was asked for."""
    if direction is None or plan.direction is direction:
        return
    many = f"{len(plan)} revision{'' if len(plan) == 1 else 's'}"
    if direction is Direction.FORWARD:
        raise TargetError(
            f"the database is past that already: {many} would be taken back",
            hint="minimig downgrade does that, and minimig migrate goes either way",
            code="MM209",
        )
    raise TargetError(
        f"the database is not that far yet: {many} would be applied",
        hint="minimig upgrade does that, and minimig migrate goes either way",
    )
