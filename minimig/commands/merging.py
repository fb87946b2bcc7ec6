"""Joining branches of a history: `merge`, `makemigrations --merge`.

A merge is a revision without operations that comes after several. What matters is what it joins: one database has had
the branches in one order, another in the other, and both must end alike. So each branch is told since the common
ancestor, with its operations, and their footprints tell whether the branches commute. Django shows the branches and
asks; Alembic joins whatever it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from minimig.commands.authoring import MakeOptions, NewFile, write_new
from minimig.commands.placing import check_word
from minimig.commands.project import Project
from minimig.errors import QuestionError, StateError, TargetError, UsageError
from minimig.operations.base import Operation
from minimig.operations.footprint import Footprint, commute
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.identifiers import resolve
from minimig.revisions.migration import NewMigration
from minimig.revisions.names import merge_name, slug
from minimig.revisions.replay import steps


@dataclass(frozen=True)
class Step:
    """An operation of a branch, the revision it is in, and what it touches there."""

    revision: str
    operation: Operation
    footprint: Footprint

    @property
    def words(self) -> str:
        """`add column posts.slug (blog.0003_slug)`."""
        return f"{self.operation.describe()} ({self.revision})"


@dataclass(frozen=True)
class Branch:
    """The revisions of an app that lead from the common ancestor to one head, with their operations."""

    head: str
    revisions: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Clash:
    """Two operations of different branches whose order matters."""

    one: Step
    other: Step

    @property
    def words(self) -> str:
        """Both, and why."""
        return f"{self.one.words} and {self.other.words}"


@dataclass(frozen=True)
class MergePlan:
    """What a merge would join. `twins` are heads that join the same revisions already, so that one would do."""

    app: str
    branches: tuple[Branch, ...]
    clashes: tuple[Clash, ...]
    twins: tuple[str, ...] = ()

    def refuse_clashes(self, flag: str) -> None:
        """Raise QuestionError when the order of the branches matters; `flag` is what merges all the same."""
        if self.clashes:
            raise QuestionError(
                f"the branches of {self.app} do not commute: {self.clashes[0].words} touch the same, "
                "so it matters which a database has had first",
                hint=f"put one behind the other with `minimig rebase {self.app} HEAD`; "
                f"or, if any order will do, {flag}",
            )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        branches = [
            {"head": b.head, "revisions": list(b.revisions), "operations": [s.operation.describe() for s in b.steps]}
            for b in self.branches
        ]
        return {
            "app": self.app,
            "branches": branches,
            "commute": not self.clashes,
            "clashes": [[_step(clash.one), _step(clash.other)] for clash in self.clashes],
            "twins": list(self.twins),
        }


@dataclass(frozen=True)
class MergeOptions:
    """What `merge` was asked for. `rev_id` stands in place of the number; `splice` lets revisions be no heads."""

    name: str | None = None
    message: str | None = None
    labels: tuple[str, ...] = ()
    rev_id: str | None = None
    splice: bool = False
    write: bool = True


def plan_merges(project: Project, apps: Sequence[str] = ()) -> tuple[MergePlan, ...]:
    """What merging the heads of each app that has several would join."""
    project.check_apps(*apps)
    conflicts = project.graph.conflicts()
    return tuple(plan_merge(project, heads) for app, heads in conflicts.items() if not apps or app in apps)


def plan_merge(project: Project, heads: Sequence[str]) -> MergePlan:
    """What a merge of these revisions of one app would join, and whether their order matters."""
    graph = project.graph
    app = graph.headers[heads[0]].app
    reached = {head: graph.ancestors([head]) for head in heads}
    common = frozenset.intersection(*reached.values())
    branches = {head: _branch(project, head, common) for head in heads}
    clashes = []
    for one, other in combinations(heads, 2):
        mine = [step for step in branches[one].steps if step.revision not in reached[other]]
        theirs = [step for step in branches[other].steps if step.revision not in reached[one]]
        clashes += [Clash(a, b) for a in mine for b in theirs if not commute(a.footprint, b.footprint)]
    return MergePlan(app, tuple(branches.values()), tuple(clashes), _twins(project, heads))


def make_merge(
    project: Project, apps: Sequence[str], options: MakeOptions, plans: Sequence[MergePlan] | None = None
) -> tuple[NewFile, ...]:
    """Join the heads of each app that has several, by a revision without operations.

    `plans` are those that somebody has looked at; without them QuestionError is raised for branches that do not
    commute.
    """
    if plans is None:
        plans = plan_merges(project, apps)
        for plan in plans:
            plan.refuse_clashes(f"`minimig merge {plan.app} --allow-conflicts`")
    own = MergeOptions(options.name, options.message)
    for plan in plans:
        _refuse_impossible(project, plan)
    new = [_migration(project, tuple(branch.head for branch in plan.branches), own) for plan in plans]
    return write_new(project, new, options)


def merge(project: Project, plan: MergePlan, options: MergeOptions) -> NewFile:
    """Write the revision that joins the branches of a plan. Raises what `planned_merge` raises, and StateError."""
    _refuse_impossible(project, plan)
    new = planned_merge(project, tuple(branch.head for branch in plan.branches), options)
    return write_new(project, [new], MakeOptions(write=options.write))[0]


def planned_merge(project: Project, heads: Sequence[str], options: MergeOptions) -> NewMigration:
    """The revision that would join these. Raises UsageError for a bad name, GraphError for a label that is taken."""
    new = _migration(project, tuple(heads), options)
    header = Header(new.app, new.name, Path(f"{new.name}.py"), dependencies=new.dependencies, labels=new.labels)
    MigrationGraph([*project.graph.headers.values(), header])
    return new


def _refuse_impossible(project: Project, plan: MergePlan) -> None:
    """Raise StateError for branches that no order can replay, because both add one column, say."""
    graph = project.graph
    try:
        project.state_after(graph.order(graph.ancestors(branch.head for branch in plan.branches)))
    except StateError as error:
        raise StateError(
            f"the branches of {plan.app} cannot be joined, and nothing is written: {error.message}",
            where=error.where,
            hint="change the file of the branch that no database has had, or take that branch out; then merge",
        ) from error


def revisions_to_merge(graph: MigrationGraph, words: Sequence[str], *, splice: bool = False) -> tuple[str, ...]:
    """The revisions that words name: `heads`, an app (its heads), or revisions one by one.

    Raises TargetError, UsageError for less than two, one named twice, one that comes after another, revisions of
    several apps, and for one that is no head unless `splice`.
    """
    found = [revision for word in words for revision in _named(graph, word)]
    twice = next((revision for revision in found if found.count(revision) > 1), None)
    if twice:
        raise UsageError(f"{twice} is named twice")
    if len(found) < 2:
        raise UsageError(
            f"there is nothing to merge: {', '.join(found) or 'no revision'} stands alone",
            hint="name two revisions or more; minimig heads lists them",
        )
    apps = sorted({graph.headers[revision].app for revision in found})
    if len(apps) > 1:
        raise UsageError(
            f"a merge joins revisions of one app, not of {' and '.join(apps)}", hint="merge each by itself"
        )
    for one in found:
        # A head may come before another one through a second app; it is a head of its own app all the same.
        above = graph.ancestors([one]) & set(found) - {one, *graph.heads(apps[0])}
        if above:
            raise UsageError(f"{one} comes after {min(above)} already", hint=f"leave {min(above)} out")
        if not splice and one not in graph.heads(apps[0]):
            raise UsageError(f"{one} is no head", hint="name a head, or let the history part there with --splice")
    return graph.order(found)


def _named(graph: MigrationGraph, word: str) -> tuple[str, ...]:
    app, _, place = word.partition(".")
    if word in graph.apps() or (app in graph.apps() and place == "heads"):
        return graph.heads(app)
    if word in ("head", "heads"):
        apps = tuple(graph.conflicts()) or graph.apps()
        if len(apps) != 1:
            raise TargetError(
                f"{word!r} does not say which app it means",
                hint=f"type {' or '.join(f'`minimig merge {a}`' for a in apps)}",
            )
        return graph.heads(apps[0])
    target = resolve(graph, frozenset(), None, word)
    if target.revision is None:
        raise TargetError(f"{word!r} is no revision", hint="name one, a label, a tag, an app or heads")
    return (target.revision,)


def _branch(project: Project, head: str, common: frozenset[str]) -> Branch:
    graph = project.graph
    app = graph.headers[head].app
    own = [r for r in graph.order(graph.ancestors([head])) if r not in common]
    state = project.state_after(graph.order(common))
    found = []
    for revision in own:
        for change in steps(project.load(revision), state):
            if graph.headers[revision].app == app:
                found.append(Step(revision, change.operation, change.operation.footprint(change.before)))
            state = change.after
    return Branch(head, tuple(r for r in own if graph.headers[r].app == app), tuple(found))


def _twins(project: Project, heads: Iterable[str]) -> tuple[str, ...]:
    """The heads that do nothing but join the same revisions as another of them."""
    joins: dict[tuple[str, ...], list[str]] = {}
    for head in heads:
        parents = tuple(sorted(project.graph.parents(head)))
        if len(parents) > 1 and not project.load(head).up and not project.load(head).down:
            joins.setdefault(parents, []).append(head)
    return tuple(head for twins in joins.values() if len(twins) > 1 for head in twins)


def _migration(project: Project, heads: tuple[str, ...], options: MergeOptions) -> NewMigration:
    app = project.graph.headers[heads[0]].app
    names = [header.name for header in project.headers if header.app == app]
    own = options.name or slug(options.message or "") or None
    name = merge_name(names, heads, own)
    if options.rev_id is not None:
        check_word("--rev-id", options.rev_id)
        name = f"{options.rev_id}_{name.partition('_')[2]}"
    check_word("--name", name)
    for label in options.labels:
        check_word("--branch-label", label)
    doc = options.message or f"Merge {' and '.join(head.partition('.')[2] for head in heads)}."
    return replace(NewMigration(app, name, doc, tuple(heads)), labels=options.labels)


def _step(step: Step) -> dict[str, str]:
    return {"revision": step.revision, "operation": step.operation.describe()}
