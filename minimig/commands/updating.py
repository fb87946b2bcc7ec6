"""`makemigrations --update`: the new difference folded into an app's newest file, in place of one more file.

For work in progress: a model changes five times before it is reviewed, and one file should say so. The file is edited
where it stands; its name and its first line follow what it does now if they were made from what it did before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from minimig.autogenerate.optimizer import optimize
from minimig.autogenerate.questioner import Answers
from minimig.commands.authoring import MakeOptions, NewFile, make_migrations
from minimig.commands.head_files import write_head_files
from minimig.commands.project import Project
from minimig.commands.standing import standing
from minimig.environment import import_path
from minimig.errors import StateError, UsageError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.revisions.editing import edited_lists
from minimig.revisions.header import Header, read_header
from minimig.revisions.loader import Migration, load_migration
from minimig.revisions.migration import NewMigration
from minimig.revisions.names import INITIAL, file_name, sanitized, summary
from minimig.revisions.replay import replay, steps
from minimig.revisions.rewriting import (
    Rewrite,
    check_graph,
    check_operations,
    following_tags,
    moved,
    renamed,
    rewrite_header,
    write_rewrites,
)
from minimig.revisions.writer import sentence
from minimig.state.schema import SchemaState


@dataclass(frozen=True)
class Update:
    """The file as it is now, and the path that it had before.

    `note` is there when the database could not be asked whether it has had the file.
    """

    file: NewFile
    old_path: Path
    note: str | None = None


def update_newest(project: Project, app: str, answers: Answers, options: MakeOptions) -> Update | None:
    """Fold what makemigrations would write for an app into its newest file; None when there is no difference.

    Raises UsageError when the file has dependents, is a merge or a squash, or when the difference needs files of other
    apps; HistoryError when the configured database has had it; RevisionFileError when it cannot be edited without
    losing something; and what make_migrations raises.
    """
    project.check_apps(app)
    newest = project.graph.head(app)
    if newest is None:
        raise UsageError(f"{app} has no revision file to update", hint="leave --update out to write the first one")
    made = make_migrations(project, [app], answers, MakeOptions(message=options.message, write=False))
    if not made:
        return None
    _refuse_file(project, newest)
    if [file.app for file in made] != [app]:
        needed = ", ".join(file.revision for file in made)
        raise UsageError(
            f"the difference does not fit into one file: it needs {needed}", hint="leave --update out to write them"
        )
    here = standing(project)
    here.refuse_applied(
        [newest],
        "its file is not rewritten",
        "leave --update out to write a new file, or take it back first with minimig downgrade",
    )
    new = made[0]
    added = load_migration(_header(new), None, new.text.encode())
    rewrite, up = _rewrite(project, project.load(newest), added, options)
    names = {rewrite.old.revision: rewrite.new.revision}
    others = [header for header in project.headers if header != rewrite.old]
    rewrites = [rewrite, *(rewrite_header(header, follows) for header, follows in renamed(others, names))]
    check_graph(project.headers, rewrites)
    if options.write:
        tags, seen = following_tags(project.graph.tags, app, names)
        write_rewrites(rewrites, others=tags, seen=seen)
        write_head_files(project, [project.folders[app]])
    text = rewrite.after.decode(errors="replace")
    return Update(NewFile(app, rewrite.new.name, rewrite.new.path, text, tuple(up)), rewrite.old.path, here.note)


def _header(new: NewFile) -> Header:
    return read_header(new.path, new.app, new.text.encode())


def _refuse_file(project: Project, newest: str) -> None:
    graph, migration = project.graph, project.load(newest)
    children = graph.children(newest)
    own = [parent for parent in graph.parents(newest) if graph.headers[parent].app == migration.header.app]
    what = None
    if children:
        what = f"{', '.join(children)} {'comes' if len(children) == 1 else 'come'} after it"
    elif migration.header.replaces:
        what = "it replaces other revisions"
    elif len(own) > 1:
        what = "it joins two branches"
    if what:
        raise UsageError(f"{newest} is not updated: {what}", hint="leave --update out to write a new file")


def _rewrite(
    project: Project, old: Migration, added: Migration, options: MakeOptions
) -> tuple[Rewrite, tuple[Operation, ...]]:
    """The newest file with the new operations in it, read back, and its operations."""
    graph, header = project.graph, old.header
    needs = [word for word in added.header.dependencies if word not in graph.ancestors([old.revision])]
    if any(old.revision in graph.ancestors([word]) for word in needs):
        raise UsageError(
            f"{old.revision} is not updated: the difference needs {', '.join(needs)}, which comes after it",
            hint="leave --update out to write a new file",
        )
    older = graph.ancestors([old.revision, *needs]) - {old.revision}
    before = project.state_after(graph.order(older))
    between = steps(old, before)[-1].after if old.up else before
    wanted = replay([added], between)
    up = tuple(optimize([*old.up, *added.up], before))
    down = None if old.down is None else tuple(optimize([*(added.down or ()), *old.down], wanted))
    _prove(old, up, down, before, wanted)
    new = replace(_named(project, header, old.up, up, options), dependencies=(*header.dependencies, *needs))
    editor = edited_lists(old, up=up, down=down, serializer=None)
    editor.header(header, new)
    if new.doc != header.doc:
        editor.doc(new.doc)
    rewrite = Rewrite(header, new, old.source, editor.result())
    with import_path(project.settings.root):
        check_operations(rewrite, up, down, partial(project.convention_of, header.app))
    return rewrite, up


def _prove(
    old: Migration,
    up: tuple[Operation, ...],
    down: tuple[Operation, ...] | None,
    before: SchemaState,
    wanted: SchemaState,
) -> None:
    if states(up, before)[-1] != wanted:
        raise StateError(f"{old.revision} would not lead to the models", hint="please report this")
    if down is not None and old.down is not None and states(down, wanted)[-1] != before:
        raise StateError(
            f"the way down of {old.revision} would not lead back: `minimig check` says how it differs already",
            hint="correct its `down`, or leave --update out to write a new file",
        )


def _named(
    project: Project, header: Header, old: tuple[Operation, ...], up: tuple[Operation, ...], options: MakeOptions
) -> Header:
    """The header with a name and a first line for what the file does now, where nobody chose the old ones."""
    number, _, words = header.name.partition("_")
    names = [other.name for other in project.headers if other.app == header.app and other != header]
    own = options.name or (sanitized(options.message) if options.message else None)
    if own or (number.isdigit() and words != INITIAL and words == summary(old) and up):
        chosen = f"{number}_{re.sub(r'^[0-9]+_', '', file_name([*names, header.name], up, own))}"
        header = moved(header, chosen) if chosen != header.name else header
    was = sentence(NewMigration(header.app, header.name, up=old))
    if options.message:
        return replace(header, doc=options.message)
    return replace(header, doc=sentence(NewMigration(header.app, header.name, up=up))) if header.doc == was else header
