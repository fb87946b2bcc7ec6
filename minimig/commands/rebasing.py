"""`rebase`: one branch of an app's history put behind the other, with new numbers.

After a git merge two files may come after the same one. Joining them keeps two orders in which a database may have had
them; putting the branch that no database has had behind the other leaves one. The first file of the branch gets another
dependency, its files get the numbers after the other head's, and everything that names them follows: dependencies,
`replaces`, tags. That the chain still leads to a schema is proven by a replay before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from minimig.commands.head_files import write_head_files
from minimig.commands.merging import plan_merge
from minimig.commands.project import Project
from minimig.commands.standing import Standing, standing
from minimig.environment import import_path
from minimig.errors import GraphError, QuestionError, StateError, TargetError, UsageError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.identifiers import resolve
from minimig.revisions.loader import load_migration
from minimig.revisions.names import next_number
from minimig.revisions.replay import EMPTY, leads_back, states_along
from minimig.revisions.rewriting import (
    Rewrite,
    check_graph,
    following_tags,
    renamed,
    rewrite_header,
    write_rewrites,
)

_NUMBER = re.compile(r"(?P<number>[0-9]{1,5})(?P<words>_.*)")


@dataclass(frozen=True)
class Rebase:
    """What a rebase would do. `names` gives the new revision for each old one that moves, in order."""

    app: str
    onto: str
    names: Mapping[str, str]
    rewrites: tuple[Rewrite, ...]
    notes: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[Rewrite, ...]:
        """The files that only follow: they name one that moves."""
        return tuple(rewrite for rewrite in self.rewrites if rewrite.old.revision not in self.names)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "app": self.app,
            "onto": self.onto,
            "moves": [{"from": old, "to": new} for old, new in self.names.items()],
            "files": [{"from": str(r.old.path), "to": str(r.new.path)} for r in self.rewrites],
            "notes": list(self.notes),
        }


def plan_rebase(project: Project, app: str, onto: str | None = None) -> Rebase:
    """What putting one branch behind the other would do; nothing is written.

    `onto` names the head to stand on. Without it the configured database decides: the branch that it has not had
    moves. Raises QuestionError when it cannot, HistoryError when a file that moves is applied, StateError when the new
    chain leads to no schema, TargetError, UsageError.
    """
    graph = project.graph
    heads = graph.heads(app)
    if len(heads) < 2:
        raise UsageError(f"there is nothing to rebase: {app} has {len(heads) or 'no'} head", hint="see minimig graph")
    here = standing(project)
    stay, moving = _sides(graph, app, heads, onto, here)
    if not moving:
        raise UsageError(
            f"nothing can move behind {stay}: the other head comes before it already, through another app",
            hint=f"name the other one as the head to stand on; {app} has {' and '.join(heads)}",
        )
    here.refuse_applied(
        moving,
        "their files are not moved",
        f"take them back first: minimig downgrade {_first_parent(graph, app, moving[0])}; "
        f"or join the branches: minimig merge {app}",
    )
    _refuse_squashes(graph, project.headers, moving)
    names = _new_names(graph, app, stay, moving)
    changed = _rewired(project.headers, stay, moving, graph)
    after = changed | {old.revision: new for old, new in renamed(changed.values(), names)}
    rewrites = tuple(
        rewrite_header(header, after[header.revision]) for header in project.headers if after[header.revision] != header
    )
    new_graph = check_graph(project.headers, rewrites)
    notes = _prove(project, new_graph, names, rewrites) + _clashes(project, stay, moving)
    notes += [here.note] if here.note else []
    return Rebase(app, stay, names, rewrites, tuple(notes))


def rebase(project: Project, plan: Rebase) -> None:
    """Write what a plan says, all files or none; tags of revisions that move go with them. Raises FileError."""
    others, seen = following_tags(project.graph.tags, plan.app, plan.names)
    write_rewrites(plan.rewrites, others=others, seen=seen)
    write_head_files(project, [project.folders[plan.app]])


def _sides(
    graph: MigrationGraph, app: str, heads: Sequence[str], onto: str | None, here: Standing
) -> tuple[str, tuple[str, ...]]:
    """The revision to stand on, and those that move behind it, in order."""
    branches = {head: _branch(graph, app, head, [other for other in heads if other != head]) for head in heads}
    choice = f"name the head to stand on: minimig rebase {app} {heads[0].partition('.')[2]}"
    if onto is None:
        unapplied = [head for head in heads if here.applied.isdisjoint(branches[head])]
        if len(heads) != 2 or len(unapplied) != 1:
            told = here.unasked or "the database has had a part of both, or of none"
            raise QuestionError(f"which of {' and '.join(heads)} is to stay cannot be told: {told}", hint=choice)
        [stay] = set(heads) - set(unapplied)
        return stay, branches[unapplied[0]]
    target = resolve(graph, frozenset(), app, onto).revision
    if target is None:
        raise TargetError(f"{onto!r} is no revision", hint=choice)
    if target not in heads:
        raise UsageError(f"{target} is no head, so the history would part there again", hint=choice)
    rest = [head for head in heads if head != target]
    if len(rest) > 1:
        raise QuestionError(
            f"{app} has {len(heads)} heads, and it cannot be told which of {' and '.join(rest)} is to move",
            hint=f"join some of them first: minimig merge {' '.join(rest)}",
        )
    return target, branches[rest[0]]


def _branch(graph: MigrationGraph, app: str, head: str, others: Sequence[str]) -> tuple[str, ...]:
    own = graph.ancestors([head]) - graph.ancestors(others)
    return tuple(revision for revision in graph.order(own) if graph.headers[revision].app == app)


def _first_parent(graph: MigrationGraph, app: str, revision: str) -> str:
    own = [parent for parent in graph.parents(revision) if graph.headers[parent].app == app]
    return own[0] if own else f"{app}.zero"


def _refuse_squashes(graph: MigrationGraph, headers: Sequence[Header], moving: Sequence[str]) -> None:
    known = {header.revision for header in headers}
    for revision in moving:
        if graph.covered(revision) & known or graph.covering(revision) & known:
            raise UsageError(
                f"{revision} is a squash, or part of one, whose other files are still there, and cannot be moved",
                hint="delete the squash, rebase, and squash again",
            )


def _new_names(graph: MigrationGraph, app: str, stay: str, moving: Sequence[str]) -> dict[str, str]:
    """Numbers after those that stay before them; words, and names without a plain number, stay."""
    before = [graph.headers[r].name for r in graph.ancestors([stay]) if graph.headers[r].app == app]
    number = next_number(name for name in before if _NUMBER.fullmatch(name))
    names = {}
    for revision in moving:
        match = _NUMBER.fullmatch(graph.headers[revision].name)
        name = f"{number:0{len(match['number'])}d}{match['words']}" if match else graph.headers[revision].name
        number += 1 if match else 0
        names[revision] = f"{app}.{name}"
    taken = {header.revision for header in graph.headers.values()} - set(moving)
    for old, new in names.items():
        if new in taken or list(names.values()).count(new) > 1:
            raise GraphError(f"{old} would become {new}, which exists already", hint="rename one of the two files")
    return names


def _rewired(headers: Sequence[Header], stay: str, moving: Sequence[str], graph: MigrationGraph) -> dict[str, Header]:
    """All headers, those of the branch with `stay` in place of what they come after outside the branch."""
    app = graph.headers[stay].app
    found = {header.revision: header for header in headers}
    for revision in moving:
        header = found[revision]
        own = [word for word in header.dependencies if word.startswith(f"{app}.")]
        outside = [word for word in own if word not in moving]
        if outside or not own:
            # Behind the other head is behind all that came before it; a file within the branch is there already.
            first = len(outside) == len(own)
            words = [w for w in header.dependencies if w not in outside]
            place = header.dependencies.index(outside[0]) if outside else 0
            words[place:place] = [stay] if first else []
            found[revision] = replace(header, dependencies=tuple(words))
    return found


def _prove(project: Project, graph: MigrationGraph, names: Mapping[str, str], rewrites: Sequence[Rewrite]) -> list[str]:
    """Replay all files in the new order; what is worth a remark. Raises StateError when that leads nowhere."""
    contents = {rewrite.new.revision: rewrite for rewrite in rewrites}
    moved = set(names.values())
    notes, state = [], EMPTY
    with import_path(project.settings.root):
        migrations = []
        for revision in graph.order():
            header = graph.headers[revision]
            data = contents[revision].after if revision in contents else None
            if data is not None:  # an error names the file that there is, not the one that is not written yet
                header = replace(header, path=contents[revision].old.path)
            migrations.append(load_migration(header, partial(project.convention_of, header.app), data))
        try:
            for migration, after in states_along(migrations):
                if migration.revision in moved:
                    wrong = leads_back(migration, state)
                    notes += [f"the way down of {migration.revision} does not lead back there: {w}" for w in wrong[:1]]
                state = after
        except StateError as error:
            raise StateError(
                f"in the new order the revisions lead to no schema: {error.message}; nothing was changed",
                where=error.where,
                hint="change the file so that it fits behind the other branch, or rebase the other way round",
            ) from error
    return notes


def _clashes(project: Project, stay: str, moving: Sequence[str]) -> list[str]:
    plan = plan_merge(project, [stay, moving[-1]])
    return [f"{clash.words} touch the same; from now on they run in this order" for clash in plan.clashes]
