"""Initial migrations whose tables are in the database already: recorded, once it is certain that they are the same.

In: prepared steps and a connection. Out: the same steps, those marked as faked whose tables are all there and defined
as the file says. What is there in part, or otherwise, is refused with what differs. (Django looks at the names of
tables and columns alone, so a column of another type stays unnoticed until something breaks.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.hooks import Hooks
from minimig.autogenerate.questioner import NeverRename
from minimig.commands.hooks import hooks_of
from minimig.commands.project import Project
from minimig.dialects.registry import normalizer_for
from minimig.dialects.worded import worded
from minimig.errors import HistoryError
from minimig.revisions.details import plain_lines
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.replay import changes
from minimig.runtime.plan import Direction
from minimig.runtime.prepare import PreparedStep
from minimig.state.objects import ObjectState
from minimig.state.schema import SchemaState
from minimig.state.seen import included
from minimig.state.tables import TableState

Thing = tuple[str, bool]
"""Something that a migration makes, in words, and whether it is there."""


def initials_faked(
    project: Project, connection: sa.Connection, graph: MigrationGraph, steps: Sequence[PreparedStep]
) -> tuple[PreparedStep, ...]:
    """The steps, initial ones marked as faked where the database has what they make. Raises HistoryError."""
    initial = [step for step in steps if _is_initial(graph, step) and step.moves]
    if not initial:
        return tuple(steps)
    borrowed = connection.in_transaction()
    hooks = hooks_of(project, connection.dialect)
    try:
        there = _there(connection, initial, hooks)
        _refuse_other(project, connection, there, hooks)
    finally:
        if not borrowed:
            connection.rollback()
    names = {step.step.revision for step in there}
    return tuple(step.faked() if step.step.revision in names else step for step in steps)


def _is_initial(graph: MigrationGraph, step: PreparedStep) -> bool:
    header = step.migration.header
    if step.step.direction is Direction.BACKWARD or header.initial is False:
        return False
    return header.initial is True or header.revision in graph.bases(header.app)


def _there(connection: sa.Connection, initial: Sequence[PreparedStep], hooks: Hooks) -> list[PreparedStep]:
    """Those of which all is there by name. Raises HistoryError for one of which a part is."""
    live = _live(connection, _result(initial, hooks))
    found: list[PreparedStep] = []
    for step in initial:
        things = list(_made(connection, step, live, hooks))
        have = [words for words, is_there in things if is_there]
        lack = [words for words, is_there in things if not is_there]
        if have and lack:
            raise HistoryError(
                f"the database has a part of what {step.step.revision} makes:\n"
                f"  there:   {', '.join(have)}\n  missing: {', '.join(lack)}",
                where=str(step.migration.header.path),
                hint="create by hand what is missing, or remove what is there, and run the command again;"
                " nothing was changed",
                code="MM606",
            )
        if have:
            found.append(step)
    return found


def _made(connection: sa.Connection, step: PreparedStep, live: SchemaState, hooks: Hooks) -> Iterator[Thing]:
    """What a migration adds to the schema.

    What others may have made for themselves (a schema, an extension, an enum) decides nothing, and so does what this
    database cannot hold.
    """
    normalizer = normalizer_for(connection.dialect)
    before, after = _ends(step, hooks)
    for key, table in after.tables.items():
        if key not in before:
            yield f"table {key}", key in live
        elif table != before[key]:
            yield from _added(before[key], table, live.tables.get(key))
    for key, item in after.objects.items():
        if key not in before.objects and not item.provider and normalizer.object(item) is not None:
            yield key, key in live.objects


def _added(before: TableState, after: TableState, live: TableState | None) -> Iterator[Thing]:
    for kind in ("column", "constraint", "index"):
        had, has, there = (_parts(table, kind) for table in (before, after, live))
        yield from ((f"{kind} {after.key}.{name}", name in there) for name in has if name not in had)


def _parts(table: TableState | None, kind: str) -> Iterable[str]:
    if table is None:
        return ()
    return {"column": table.columns, "constraint": table.constraints, "index": table.indexes}[kind]


def _refuse_other(project: Project, connection: sa.Connection, steps: Sequence[PreparedStep], hooks: Hooks) -> None:
    """Raise HistoryError when something that the steps make is there under its name, and is another thing."""
    wanted = _result(steps, hooks)
    live = _live(connection, wanted)
    different = changes(diff(live, wanted, questioner=NeverRename(), hooks=hooks), live)
    if not different:
        return
    homes = {change.operation.home for change in different}
    names = [step.step.revision for step in steps if not homes.isdisjoint(_touched(step, hooks))]
    lines = "\n".join(plain_lines(different))
    raise HistoryError(
        f"the database has what {', '.join(names)} makes, but not as the file says; what would mend it:\n{lines}",
        where=project.database_name,
        hint="mend the database or the file; where later migrations have been done by hand as well, record how far"
        " with minimig stamp; nothing was changed",
    )


def _live(connection: sa.Connection, wanted: SchemaState) -> SchemaState:
    return worded(connection, wanted, ignore=lambda key: key not in wanted)


def _result(steps: Iterable[PreparedStep], hooks: Hooks) -> SchemaState:
    """What the steps make or change, as it is after the last of them, and nothing else."""
    tables: dict[str, TableState] = {}
    objects: dict[str, ObjectState] = {}
    for step in steps:
        before, after = _ends(step, hooks)
        for key in before.tables.keys() - after.tables.keys():
            tables.pop(key, None)
        for key in before.objects.keys() - after.objects.keys():
            objects.pop(key, None)
        tables.update({key: table for key, table in after.tables.items() if before.tables.get(key) != table})
        objects.update({key: item for key, item in after.objects.items() if before.objects.get(key) != item})
    return SchemaState.of(tables.values(), objects.values())


def _touched(step: PreparedStep, hooks: Hooks) -> set[str]:
    result = _result([step], hooks)
    return {*result.tables, *result.objects}


def _ends(step: PreparedStep, hooks: Hooks) -> tuple[SchemaState, SchemaState]:
    return included(hooks.include, step.moves[0].before), included(hooks.include, step.moves[-1].after)
