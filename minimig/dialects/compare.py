"""The expected state and the live one, ready for a plain diff.

Reads the database, spells both sides alike (`normalizer`), lets the database print what only it can (`probe`), and
pairs what differs in nothing but a name that nobody chose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa

from minimig.dialects.normalizer import Normalizer
from minimig.dialects.probe import respelled
from minimig.dialects.registry import editor_for, normalizer_for, reader_for
from minimig.errors import UnsupportedError
from minimig.state import naming
from minimig.state.parts import CheckState, ConstraintState, ExcludeState, PrimaryKeyState, UniqueState
from minimig.state.reflection import nothing, reflect
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

_MADE_UP = re.compile(r"_[0-9a-f]{4}$|_type$")


@dataclass(frozen=True)
class Spelled:
    """What is expected and what there is, in one spelling; and `read`, what there is as it was read."""

    expected: SchemaState
    live: SchemaState
    read: SchemaState


def database_state(
    connection: sa.Connection, like: SchemaState, ignore: Callable[[str], bool] = nothing
) -> tuple[SchemaState, SchemaState]:
    """`like` and the live schema in one spelling: (expected, live). Equal when the database holds what `like` says."""
    both = spelled(connection, like, ignore)
    return both.expected, both.live


def spelled(
    connection: sa.Connection, like: SchemaState, ignore: Callable[[str], bool] = nothing, *, pair_names: bool = True
) -> Spelled:
    """`like` and the live schema, spelled alike.

    With `pair_names`, a constraint that is as expected under another name, where nobody chose the expected one, is
    given that name.

    The live side has the default schema and every schema that `like` speaks of, tables unknown to `like` included,
    except those of them whose key `ignore` answers for with True; and those objects of `like` that are there.
    Nothing in the database is changed; on PostgreSQL and MySQL temporary tables may be made and removed when texts
    differ.
    """
    normalizer = normalizer_for(connection.dialect)
    originals = {normalizer.key(table): table for table in like.tables.values()}
    expected = normalizer.normalize(like)
    schemas = _there(connection, {table.schema for table in expected.tables.values()})
    unwanted = partial(_is_unwanted, expected, ignore)
    reader = reader_for(connection.dialect)
    read = reflect(connection, reader, schemas=schemas, ignore=unwanted)
    live = normalizer.normalize(read)
    if expected.objects:
        live = SchemaState(live.tables, reader.objects(connection, expected.objects))
    if normalizer.rewrites_expressions:
        spelling = editor_for(connection.dialect, _Nowhere())
        expected = respelled(connection, originals, expected, live, normalizer, spelling)
    return Spelled(*aligned(expected, live, normalizer, _written(like, normalizer), pair_names=pair_names), read)


def spelled_on_paper(read: SchemaState, like: SchemaState, normalizer: Normalizer) -> Spelled:
    """The same without a database, for a schema that was read from one before; nobody can be asked for spellings."""
    expected, live = normalizer.normalize(like), normalizer.normalize(read)
    return Spelled(*aligned(expected, live, normalizer, _written(like, normalizer)), read)


def _written(like: SchemaState, normalizer: Normalizer) -> Mapping[str, Collection[str]]:
    """The names of the constraints that stand in each table; others come with the type of a column."""
    return {
        normalizer.key(table): {normalizer.name(name) for name in table.constraints} for table in like.tables.values()
    }


def _there(connection: sa.Connection, schemas: Collection[str | None]) -> list[str | None]:
    """The default schema and those of `schemas` that exist: MySQL would not answer a question about any other.

    One with a dot is in another database of SQL Server, whose schemas are not listed.
    """
    named = sorted(schema for schema in schemas if schema is not None)
    names = sa.inspect(connection).get_schema_names() if named else ()
    return [None, *(schema for schema in named if schema in names or "." in schema)]


def _is_unwanted(expected: SchemaState, ignore: Callable[[str], bool], key: str) -> bool:
    return key not in expected and ignore(key)


class _Nowhere:
    """The output of an editor that is only asked how it would write something."""

    @property
    def connection(self) -> None:
        return None

    def execute(self, statement: str | sa.ClauseElement, parameters: object = None, options: object = None) -> None:
        raise UnsupportedError(f"an editor that only spells was told to execute {statement}")

    def sync(self) -> None:
        pass

    def outside_transaction(self) -> AbstractContextManager[None]:
        return nullcontext()


def aligned(
    expected: SchemaState,
    live: SchemaState,
    normalizer: Normalizer,
    written: Mapping[str, Collection[str]],
    *,
    pair_names: bool = True,
) -> tuple[SchemaState, SchemaState]:
    """Both sides without what one of them leaves open, and with names that nobody chose paired by content.

    `written` are the names of the constraints that stand in each table; others come with the type of a column.
    """
    pairs = pair_names or not normalizer.names_constraints
    left, right = dict(expected.tables), dict(live.tables)
    for key in left.keys() & right.keys():
        open_ = _unchosen(left[key], right[key], normalizer, written[key]) if pairs else []
        left[key], right[key] = _aligned_table(left[key], right[key], normalizer, open_)
    return expected.with_tables(left), live.with_tables(right)


def _aligned_table(
    expected: TableState, live: TableState, normalizer: Normalizer, unchosen: Collection[ConstraintState]
) -> tuple[TableState, TableState]:
    options = {**normalizer.unsaid_options, **dict(live.options)}
    both = dict(expected.options).keys() & options.keys()
    if normalizer.merges_uniques:
        expected = replace(expected, constraints=_merged_uniques(expected, live))
    live = replace(
        live,
        columns={
            name: normalizer.alike(column, expected.columns[name]) if name in expected.columns else column
            for name, column in live.columns.items()
        },
        primary_key=_named_as_expected(expected, live),
        constraints=_renamed(expected, live, normalizer, unchosen),
        options=tuple(item for item in sorted(options.items()) if item[0] in both),
    )
    return replace(expected, options=tuple(item for item in expected.options if item[0] in both)), live


def _named_as_expected(expected: TableState, live: TableState) -> PrimaryKeyState | None:
    """The live primary key. Where models name none, any name will do: a renamed table keeps the one it had."""
    if live.primary_key is None or expected.primary_key is None or expected.primary_key.name is not None:
        return live.primary_key
    return replace(live.primary_key, name=None)


def _merged_uniques(expected: TableState, live: TableState) -> Mapping[str, ConstraintState]:
    """CREATE TABLE makes one constraint of several UNIQUEs over the same columns, and none beside the primary key."""
    key = expected.primary_key.columns if expected.primary_key else ()
    present = {c.columns for c in live.constraints.values() if isinstance(c, UniqueState)} | {key}
    return {
        name: c
        for name, c in expected.constraints.items()
        if not isinstance(c, UniqueState)
        or name in live.constraints
        or c.columns not in present
        or not (c.columns == key or _others(c, expected, live))
    }


def _others(unique: UniqueState, expected: TableState, live: TableState) -> bool:
    """Whether another constraint over the same columns survived in its place."""
    return any(
        isinstance(c, UniqueState)
        and c.name != unique.name
        and c.columns == unique.columns
        and c.name in live.constraints
        for c in expected.constraints.values()
    )


def _unchosen(
    expected: TableState, live: TableState, normalizer: Normalizer, written: Collection[str]
) -> list[ConstraintState]:
    """Expected constraints that are not there under their name, which minimig made up.

    Or SQLAlchemy: its `create_all` puts the name of the CHECK of a type through the naming convention.
    """
    return [
        c
        for c in expected.constraints.values()
        if c.name not in live.constraints
        and (_made_up(c, expected, normalizer) or (isinstance(c, CheckState) and c.name not in written))
    ]


def _renamed(
    expected: TableState, live: TableState, normalizer: Normalizer, open_: Collection[ConstraintState]
) -> Mapping[str, ConstraintState]:
    """Live constraints, those under the name of an expected one in `open_` of which only the name differs."""
    out: dict[str, ConstraintState] = {}
    for name, constraint in live.constraints.items():
        wanted = expected.constraints.get(name)
        found = constraint if wanted is None else normalizer.alike_constraint(constraint, wanted)
        if name not in expected.constraints:
            twins = [c for c in open_ if replace(constraint, name=c.name) == c]
            free = [c for c in twins if c.name not in out]  # one more of the same content is no difference either
            found = (free or twins or [constraint])[0]
        out[found.name] = found
    return out


def _made_up(constraint: ConstraintState, table: TableState, normalizer: Normalizer) -> bool:
    """Whether a constraint's name is the one that `naming` gives to what has none."""
    if isinstance(constraint, CheckState):
        return constraint.name.startswith(f"ck_{table.name}_"[:40]) and bool(_MADE_UP.search(constraint.name))
    if isinstance(constraint, UniqueState):
        return constraint.name == normalizer.name(naming.unique_name(table.name, constraint.columns))
    if isinstance(constraint, ExcludeState):
        return constraint.name.startswith(f"ex_{table.name}_"[:40])
    name = naming.foreign_key_name(table.name, constraint.columns, constraint.target)
    return constraint.name == normalizer.name(name)
