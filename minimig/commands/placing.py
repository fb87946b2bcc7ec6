"""Where a new file stands in the history, when somebody says so: behind another head, in the middle, under a label.

In: the options `--head`, `--splice`, `--branch-label`, `--depends-on` and `--rev-id`. Out: a `Placement`, which tells
the parent of an app's next file and what else its header says. Without options that is the head of the app and nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from minimig.commands.project import Project
from minimig.errors import RevisionFileError, TargetError, UsageError, nearest
from minimig.revisions.header import check_name
from minimig.revisions.identifiers import resolve
from minimig.revisions.migration import NewMigration


@dataclass(frozen=True)
class PlaceOptions:
    """What was asked for, as it was typed."""

    head: str | None = None
    splice: bool = False
    label: str | None = None
    depends_on: tuple[str, ...] = ()
    rev_id: str | None = None


@dataclass(frozen=True)
class Placement:
    """Where the files of this run go. `parents` has the app that `--head` spoke of; others stand behind their heads."""

    parents: dict[str, tuple[str, ...]]
    label: str | None = None
    depends_on: tuple[str, ...] = ()
    rev_id: str | None = None

    def parent(self, project: Project, app: str, *, written: bool = True) -> tuple[str, ...]:
        """What the next file of an app comes after; nothing for its first one.

        Raises HeadsError for two heads, unless the file is not going to be `written`.
        """
        if app in self.parents:
            return self.parents[app]
        if not written:
            return project.graph.heads(app)
        head = project.graph.head(app)
        return () if head is None else (head,)

    def placed(self, new: Sequence[NewMigration]) -> list[NewMigration]:
        """The files of one run with what else was asked for. Raises UsageError where that is meant for one file."""
        if not new or (self.label, self.rev_id, self.depends_on) == (None, None, ()):
            return list(new)
        if len(new) > 1:
            raise UsageError(
                f"--branch-label, --depends-on and --rev-id are for one file, and {len(new)} would be written:"
                f" {', '.join(migration.revision for migration in new)}",
                hint="name one app, or write the others first",
            )
        (only,) = new
        more = tuple(revision for revision in self.depends_on if revision not in only.dependencies)
        return [
            replace(
                only,
                name=self._name(only.name),
                labels=(self.label,) if self.label else (),
                dependencies=(*only.dependencies, *more),
            )
        ]

    def _name(self, name: str) -> str:
        return name if self.rev_id is None else f"{self.rev_id}_{name.partition('_')[2]}"


def placement(project: Project, apps: Sequence[str], options: PlaceOptions) -> Placement:
    """The placement that the options mean.

    Raises HeadsError for two heads of an app that was named, TargetError, UsageError.
    """
    graph = project.graph
    if options.splice and options.head is None:
        raise UsageError("--splice needs the revision to branch off from", hint="add --head REVISION")
    parents = dict([_parent(project, apps, options)]) if options.head is not None else {}
    conflicts = graph.conflicts().keys() - parents.keys()
    asked = apps or tuple(project.settings.apps)
    if apps or conflicts.issuperset(asked):  # otherwise it is told once it is known which of them get a file
        for app in asked:
            if app not in parents:
                graph.head(app)
    if options.label is not None and options.label in graph.labels:
        raise UsageError(
            f"the label {options.label!r} is taken by {graph.labels[options.label]}", hint="choose another label"
        )
    check_word("--branch-label", options.label)
    check_word("--rev-id", options.rev_id)
    depends_on = tuple(_known(project, word) for word in options.depends_on)
    return Placement(parents, options.label, depends_on, options.rev_id)


def check_word(option: str, word: str | None) -> None:
    """Raise UsageError for what was typed as a part of a name and cannot be one."""
    try:
        if word is not None:
            check_name(word)
    except RevisionFileError as error:
        raise UsageError(f"{option}: {error.message}", hint=error.hint) from error


def _parent(project: Project, apps: Sequence[str], options: PlaceOptions) -> tuple[str, tuple[str, ...]]:
    """The app that `--head` speaks of, and what its next file comes after."""
    graph, word = project.graph, options.head or ""
    if word in ("base", "zero") and len(apps) == 1:
        return apps[0], ()
    target = resolve(graph, frozenset(), apps[0] if len(apps) == 1 and "." not in word else None, word)
    app = target.app
    if app is None or (apps and app not in apps):
        raise UsageError(f"--head {word} does not name a revision of the app", hint="write it as APP.REVISION")
    if target.revision is None:
        return app, ()
    after = [child for child in graph.children(target.revision) if graph.headers[child].app == app]
    if after and not options.splice:
        raise UsageError(
            f"{target.revision} is no head: {', '.join(after)} comes after it",
            hint="pass --splice too, to begin a branch there",
        )
    return app, (target.revision,)


def _known(project: Project, word: str) -> str:
    target = resolve(project.graph, frozenset(), None, word)
    if target.revision is None:
        names = sorted(project.graph.headers)
        raise TargetError(f"--depends-on {word} does not name one revision", hint=nearest(word, names))
    return target.revision
