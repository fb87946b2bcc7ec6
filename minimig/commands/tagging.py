"""`tag`: names for places in a history, kept in a file beside the revisions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minimig.commands.project import Project
from minimig.errors import TargetError, UsageError, nearest
from minimig.files import write_files
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import RESERVED_NAMES
from minimig.revisions.identifiers import resolve
from minimig.revisions.tags import TAG, with_tag, without_tag


@dataclass(frozen=True)
class Tag:
    """A tag and the revision that it names. `stale` when there is no file of that revision, or of its squash."""

    app: str
    name: str
    revision: str
    path: Path
    stale: bool = False

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "app": self.app,
            "tag": self.name,
            "revision": self.revision,
            "path": str(self.path),
            "stale": self.stale,
        }


def tags(project: Project) -> tuple[Tag, ...]:
    """The tags of all apps, in the order of their files."""
    graph = project.survey.graph
    known = {header.revision for header in project.survey.graph.headers.values()} | graph.hidden.keys()
    found = []
    for app in project.settings.apps:
        for name, revision in graph.tags.of(app).items():
            full = f"{app}.{revision}"
            found.append(Tag(app, name, full, graph.tags.path(app), full not in known))
    return tuple(found)


def set_tag(project: Project, name: str, word: str | None = None, *, force: bool = False) -> tuple[Tag, ...]:
    """Put a tag at a revision; without a word, or at `heads`, at the head of each app. With `force` it may move.

    Raises TargetError for a word that names no revision, UsageError for a name that means something else already.
    """
    graph = project.graph
    places = _places(graph, word)
    made = []
    for app, revision in places.items():
        _check_name(graph, app, name)
        there = graph.tags.of(app).get(name)
        if there is not None and f"{app}.{there}" != revision and not force:
            raise UsageError(
                f"the tag {name!r} is at {app}.{there} already", hint="move it with --force, or choose another name"
            )
        made.append(Tag(app, name, revision, graph.tags.path(app)))
    _write(graph, {tag.app: with_tag(graph.tags.text(tag.app) or "", name, _bare(tag.revision)) for tag in made})
    return tuple(made)


def delete_tag(project: Project, name: str, app: str | None = None) -> tuple[Tag, ...]:
    """Take a tag away, from every app that has it or from one. Raises TargetError when there is none."""
    gone = [tag for tag in tags(project) if tag.name == name and app in (None, tag.app)]
    if not gone:
        known = [tag.name for tag in tags(project)]
        raise TargetError(f"there is no tag {name!r}", hint=nearest(name, known) or "see minimig tag --list")
    graph = project.survey.graph
    _write(graph, {tag.app: without_tag(graph.tags.text(tag.app) or "", name) for tag in gone})
    return tuple(gone)


def _places(graph: MigrationGraph, word: str | None) -> dict[str, str]:
    """The revision to tag in each app that the word names."""
    target = resolve(graph, frozenset(), None, word or "heads")
    if not target.everything:
        if target.revision is None or target.app is None:
            raise TargetError(f"{word!r} is no revision", hint="name one, or a label, or heads")
        return {target.app: target.revision}
    graph.check_single_heads()
    if not graph.apps():
        raise TargetError("there is no revision to tag", hint="write some with `minimig makemigrations`")
    return {app: str(graph.head(app)) for app in graph.apps()}


def _check_name(graph: MigrationGraph, app: str, name: str) -> None:
    """Raise UsageError for a name that the command line would read as something else."""
    problem = None
    names = [graph.headers[revision].name for revision in graph.revisions(app)]
    if not TAG.fullmatch(name):
        problem = "holds more than letters, digits, dots, _ and -"
    elif name in RESERVED_NAMES or name == "current":
        problem = "is a place in every history"
    elif name in graph.labels:
        problem = f"is the label of {graph.labels[name]}"
    elif name.isdigit() or any(known.startswith(name) for known in names):
        problem = "could be the beginning of a revision's name"
    elif name.partition(".")[0] in graph.apps():
        problem = f"begins with the app {name.partition('.')[0]}"
    if problem:
        raise UsageError(f"{name!r} cannot be a tag: it {problem}", hint="choose another, such as v1.0 or release-7")


def _write(graph: MigrationGraph, texts: dict[str, str]) -> None:
    paths = {graph.tags.path(app): app for app in texts}
    seen = {path: text.encode() for path, app in paths.items() if (text := graph.tags.text(app)) is not None}
    write_files({path: texts[app].encode() for path, app in paths.items()}, replacing=list(seen), seen=seen)


def _bare(revision: str) -> str:
    return revision.partition(".")[2]
