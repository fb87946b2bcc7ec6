"""`squashmigrations --finish`: the end of a squash's life, when it becomes a revision like any other.

`replaces` goes out of the squash, the files that it replaces are deleted, and what names one of them in another file
or in a tag names the squash from then on. Django tells people to do these three things by hand. Refused while the
configured database has rows of what is replaced and none of the squash, and when the files that would go
lead to another schema than the squash does: somebody has changed one of them since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from minimig.commands.head_files import write_head_files
from minimig.commands.project import Project
from minimig.commands.standing import Standing, standing
from minimig.errors import GraphError, HistoryError, StateError, TargetError, UsageError, nearest
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.replay import differences
from minimig.revisions.rewriting import Rewrite, check_graph, following_tags, rewrite_header, write_rewrites


@dataclass(frozen=True)
class Finish:
    """What finishing a squash would do: files to edit, the squash among them, and files to delete."""

    squash: Header
    rewrites: tuple[Rewrite, ...]
    deleted: tuple[Path, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "revision": self.squash.revision,
            "replaces": list(self.squash.replaces),
            "edited": [str(rewrite.old.path) for rewrite in self.rewrites],
            "deleted": [str(path) for path in self.deleted],
            "notes": list(self.notes),
        }


def plan_finish(project: Project, app: str, name: str) -> Finish:
    """What would be done; nothing is written.

    Raises TargetError, UsageError for a revision that is no squash or is itself replaced, HistoryError for a database
    that still needs `replaces`, StateError for files that have changed since, RevisionFileError.
    """
    squash = _squash(project, app, name)
    graph = project.graph
    covered = graph.covered(squash.revision)
    above = sorted(graph.covering(squash.revision))
    if above:
        raise UsageError(
            f"{squash.revision} is replaced itself, by {', '.join(above)}", hint=f"finish {above[0]} instead"
        )
    here = standing(project)
    _refuse_unrecorded(here, squash, covered)
    gone = [header for header in project.headers if header.revision in covered]
    kept = [header for header in project.headers if header not in gone]
    rewrites = tuple(rewrite_header(old, new) for old, new in _following(kept, squash, covered))
    after = check_graph(kept, rewrites)
    _refuse_changed(project, after)
    notes = [here.note] if here.note else []
    if here.database is None or squash.revision not in here.applied:
        notes.append("whether every database has recorded the squash, only you know: on each, minimig migrate first")
    return Finish(squash, rewrites, tuple(header.path for header in gone), tuple(notes))


def finish(project: Project, plan: Finish) -> None:
    """Do what a plan says, all of it or nothing; tags of revisions that go move to the squash. Raises FileError."""
    names = dict.fromkeys(project.graph.covered(plan.squash.revision), plan.squash.revision)
    others, seen = following_tags(project.graph.tags, plan.squash.app, names)
    write_rewrites(plan.rewrites, others=others, seen=seen | {path: path.read_bytes() for path in plan.deleted})
    write_head_files(project, {plan.squash.path.parent, *(path.parent for path in plan.deleted)})


def _squash(project: Project, app: str, name: str) -> Header:
    own = {header.name: header for header in project.headers if header.app == app}
    word = name.removeprefix(f"{app}.")
    found = [own[word]] if word in own else [header for key, header in own.items() if key.startswith(word)]
    squashes = {header.name: header for header in own.values() if header.replaces}
    listed = f"the squashes of {app} are: {', '.join(squashes)}" if squashes else f"{app} has no squash"
    if not found:
        raise TargetError(f"{app} has no revision {name!r}", hint=nearest(word, squashes) or listed)
    chosen = [header for header in found if header.replaces]
    if not chosen:
        raise UsageError(f"{found[0].revision} replaces nothing, so there is nothing to finish", hint=listed)
    if len(chosen) > 1:
        raise TargetError(f"{name!r} could be {' or '.join(h.name for h in chosen)}", hint="write more of the name")
    return chosen[0]


def _refuse_unrecorded(here: Standing, squash: Header, covered: Iterable[str]) -> None:
    there = sorted(here.applied.intersection(covered))
    if there and squash.revision not in here.applied:
        raise HistoryError(
            f"the database has {', '.join(there)} and has not recorded {squash.revision}; nothing was changed",
            where=here.database,
            hint="run minimig migrate there first, and on every other database",
        )


def _following(headers: Iterable[Header], squash: Header, covered: frozenset[str]) -> Iterable[tuple[Header, Header]]:
    """Each header that has to change, and what it becomes: links to what goes lead to the squash."""

    def follow(header: Header, words: Iterable[str]) -> tuple[str, ...]:
        found = (squash.revision if word in covered else word for word in words)
        return tuple(word for word in dict.fromkeys(found) if word != header.revision)

    for header in headers:
        new = replace(
            header,
            dependencies=follow(header, header.dependencies),
            run_before=follow(header, header.run_before),
            replaces=() if header == squash else header.replaces,
        )
        if new != header:
            yield header, new


def _refuse_changed(project: Project, after: MigrationGraph) -> None:
    """Raise StateError unless the history without the old files leads where the one with them leads."""
    try:
        before = MigrationGraph(project.headers, squashed=False)
    except GraphError:
        return  # some of the old files are gone already: there is nothing left to compare with
    old = project.state_after(before.order())
    found = differences(project.state_after(after.order()), old)
    if found:
        raise StateError(
            f"without the replaced files the history leads elsewhere: {found[0]}; nothing was changed",
            hint="a replaced file was changed after it was squashed: make the same change in the squash",
        )
