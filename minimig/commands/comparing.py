"""Commands that compare two schemas, wherever they come from: diff, snapshot.

In: two sides. Out: the operations that lead from one to the other, and the states between which they lead. A live
schema is said in the words of the other side, so that what is left are differences and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.questioner import NeverRename, Questioner
from minimig.commands.awaiting import in_loop_for
from minimig.commands.hooks import hooks_of, ignored
from minimig.commands.project import Project
from minimig.commands.sides import Side, engines_of, open_side
from minimig.dialects.compare import spelled_on_paper
from minimig.dialects.registry import editor_for, normalizer_for, reader_for
from minimig.dialects.worded import in_words_of, worded
from minimig.errors import UsageError
from minimig.operations.base import Operation
from minimig.operations.chain import execute
from minimig.revisions.replay import Change, changes
from minimig.revisions.snapshots import Snapshot
from minimig.runtime.output import ScriptOutput
from minimig.stages import Tell
from minimig.state.schema import SchemaState
from minimig.state.seen import included


@dataclass(frozen=True)
class Difference:
    """What leads from one side to the other, and whose words they speak if they speak a database's.

    `left_out` are tables of a database that nobody declared.
    """

    before: str
    after: str
    dialect: sa.Dialect | None
    changes: tuple[Change, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(change.operation for change in self.changes)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "before": self.before,
            "after": self.after,
            "operations": [operation.describe() for operation in self.operations],
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True)
class DiffOptions:
    """`everything` counts tables of a database that nobody declared. Without a questioner nothing is a rename."""

    everything: bool = False
    questioner: Questioner = field(default_factory=NeverRename)


def diff_sides(project: Project, before: str, after: str, folder: Path, options: DiffOptions) -> Difference:
    """The differences between the sides that two words name; files are looked for in `folder`.

    Raises TargetError for a word that names nothing, UsageError for two sides that speak of different databases.
    """
    left_out: list[str] = []

    def read() -> tuple[Side, Side, SchemaState, SchemaState]:
        with ExitStack() as stack:
            old, new = (open_side(project, word, folder, stack) for word in (before, after))
            return old, new, *_comparable(project, old, new, _ignoring(project, (old, new), options, left_out))

    old, new, one, other = in_loop_for(engines_of(project, (before, after), folder), read)
    dialect = old.dialect or new.dialect
    hooks = hooks_of(project, dialect)
    one, other = (included(hooks.include, state) for state in (one, other))
    operations = diff(one, other, questioner=options.questioner, hooks=hooks, tell=project.tell)
    return Difference(old.name, new.name, dialect, changes(operations, one), tuple(sorted(left_out)))


def sql_of(difference: Difference, dialect: sa.Dialect) -> list[str]:
    """The statements that would make the changes, each ended as a script of that dialect wants it."""
    output = ScriptOutput(dialect)
    editor = editor_for(dialect, output)
    between = [change.before for change in difference.changes] + [change.after for change in difference.changes[-1:]]
    execute(editor, difference.operations, between)
    editor.finish()
    return [editor.script.terminated(statement) for statement in output.lines]


def take_snapshot(project: Project, word: str, folder: Path) -> Snapshot:
    """The schema that a word names, ready to be written; a live one in the most general words of its dialect."""
    return in_loop_for(engines_of(project, (word,), folder), partial(_taken, project, word, folder))


def _taken(project: Project, word: str, folder: Path) -> Snapshot:
    with ExitStack() as stack:
        side = open_side(project, word, folder, stack)
        dialect = None if side.dialect is None else side.dialect.name
        # Not by its whole name: a URL may hold a user's name, and the file is for everybody.
        title = "a database" if side.connection is not None else side.name
        return Snapshot(_alone(project, side), f"Snapshot of {title}.", dialect)


def _comparable(
    project: Project, old: Side, new: Side, ignore: Callable[[str], bool]
) -> tuple[SchemaState, SchemaState]:
    """Both states, one of them in the words of the other where it comes from a database."""
    if old.dialect is not None and new.dialect is not None and old.dialect.name != new.dialect.name:
        raise UsageError(
            f"{old.name} speaks {old.dialect.name} and {new.name} {new.dialect.name}: they spell nothing alike",
            hint="compare each of them with the models or with a revision",
        )
    if new.dialect is not None and (old.dialect is None or old.connection is None):
        return old.state, _said_like(new, old.state, ignore, project.tell, pair_names=not old.final_names)
    if old.dialect is None:
        return old.state, new.state
    like = _alone(project, new)
    return _said_like(old, like, ignore, project.tell, pair_names=not new.final_names), like


def _said_like(
    side: Side, like: SchemaState, ignore: Callable[[str], bool], tell: Tell, *, pair_names: bool
) -> SchemaState:
    if side.connection is not None:
        return worded(side.connection, like, ignore, pair_names=pair_names, tell=tell)
    assert side.dialect is not None  # noqa: S101 - a side without a connection is said in other words for its dialect
    normalizer = normalizer_for(side.dialect)
    return in_words_of(like, spelled_on_paper(side.state, like, normalizer), normalizer)


def _alone(project: Project, side: Side) -> SchemaState:
    """The state of a side that no other side gives words to: a live one is said in those of the revision files."""
    if side.connection is None:
        return side.state
    return worded(side.connection, project.files_state, ignored(project), tell=project.tell)


def _ignoring(
    project: Project, sides: tuple[Side, Side], options: DiffOptions, left_out: list[str]
) -> Callable[[str], bool]:
    """Which tables of a database do not count: ours, and, beside what people wrote, those that nobody declared."""
    unread = ignored(project)
    if options.everything or all(side.connection is not None for side in sides):
        of_extensions = {key for side in sides for key in _of_extensions(side)}
        return lambda key: unread(key) or key in of_extensions

    def ignore(key: str) -> bool:
        """Asked only of tables that the other side does not have: as a rule no file has to be run for that."""
        if unread(key):
            return True
        strange = key not in project.files_state.tables
        if strange:
            left_out.append(key)
        return strange

    return ignore


def _of_extensions(side: Side) -> Collection[str]:
    """Tables of a database that came with an extension and go with it."""
    if side.connection is None:
        return ()
    return reader_for(side.connection.dialect).extension_tables(side.connection, None)
