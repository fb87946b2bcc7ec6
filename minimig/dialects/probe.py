"""Ask the database how it would print an expression, a default or a type.

Two texts that differ may still mean the same: PostgreSQL prints `status IN ('a', 'b')` as `= ANY (ARRAY[...])`. Only
the database knows, so it is asked, and only where the expected state and the live one differ: the doubtful pieces are
put into temporary tables, read back like any other table, and rolled back or dropped. When the database refuses (a
standby, no right to create temporary tables, a function that is missing) the texts stay as they are and the difference
is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import CreateDomainType
from sqlalchemy.schema import CreateTable

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.normalizer import Normalizer
from minimig.dialects.probe_domains import domains_of, retold, with_domains
from minimig.dialects.transaction import commits_each
from minimig.errors import UnsupportedError
from minimig.state import naming
from minimig.state.parts import CheckState, ColumnState, ConstraintState, ExcludeState, IndexState
from minimig.state.reflection import reflect_temporary
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.type_parts import plain_type
from minimig.state.values import SqlExpression

TEMPORARY = (("prefixes", ("TEMPORARY",)),)


@dataclass(frozen=True)
class Doubt:
    """What differs in one table: the columns, checks and indexes to ask about, and the table to ask with."""

    key: str
    probe: TableState
    columns: tuple[str, ...] = field(default=())
    kept_types: frozenset[str] = frozenset()
    """Columns whose type is not asked about."""


def respelled(
    connection: sa.Connection,
    originals: Mapping[str, TableState],
    expected: SchemaState,
    live: SchemaState,
    normalizer: Normalizer,
    editor: SchemaEditor,
) -> SchemaState:
    """`expected` in the database's own words wherever it differs from `live`.

    `originals` are the tables of `expected` before they were normalized: only they can be created.
    """
    doubts: list[Doubt] = []
    for key, table in expected.tables.items():
        doubt = _doubt(len(doubts), originals[key], table, live.tables[key], normalizer) if key in live else None
        if doubt is not None:
            doubts.append(doubt)
    tables = dict(expected.tables)
    for doubt, answer in _ask(connection, doubts, editor):
        tables[doubt.key] = _merged(tables[doubt.key], doubt, normalizer.table(answer), normalizer)
    return expected.with_tables(tables)


# --- what to ask ------------------------------------------------------------------------------------------------------


def _doubt(
    number: int, original: TableState, expected: TableState, live: TableState, normalizer: Normalizer
) -> Doubt | None:
    shared = [name for name in expected.columns if name in live.columns]
    columns = tuple(name for name in shared if _column_differs(expected, live, name, normalizer))
    checks = [c for c in expected.constraints.values() if _check_differs(c, expected, live)]
    indexes = [i for i in expected.indexes.values() if _index_differs(i, live)]
    if not (columns or checks or indexes):
        return None
    kept = frozenset(n for n in shared if n in columns and _is_enum(expected.columns[n], normalizer.dialect))
    agreed = frozenset(n for n in columns if expected.columns[n].type == live.columns[n].type)
    check_names, index_names = ({item.name for item in items} for items in (checks, indexes))
    probe = TableState(
        name=f"minimig_probe_{number}",
        columns={
            name: _probe_column(original.columns[name], live.columns[name], asked=name in columns, kept=name in kept)
            for name in shared
        },
        constraints={n: c for n, c in original.constraints.items() if normalizer.name(n) in check_names},
        indexes={n: i for n, i in original.indexes.items() if normalizer.name(n) in index_names},
        options=(*TEMPORARY, *((k, v) for k, v in original.options if "char" in k or "collate" in k)),
    )
    return Doubt(expected.key, with_domains(probe, columns, normalizer.dialect), columns, kept | agreed)


def _column_differs(expected: TableState, live: TableState, name: str, normalizer: Normalizer) -> bool:
    wanted = expected.columns[name]
    found = normalizer.alike(live.columns[name], wanted)
    both_computed = wanted.computed is not None and found.computed is not None
    return (
        wanted.type != found.type
        or (wanted.default is not None and wanted.default != found.default)
        or (both_computed and wanted.computed != found.computed)
    )


def _check_differs(constraint: ConstraintState, expected: TableState, live: TableState) -> bool:
    """Whether a CHECK or EXCLUDE differs from all live ones, and there are live ones that it might be."""
    if not isinstance(constraint, CheckState | ExcludeState) or live.constraints.get(constraint.name) == constraint:
        return False
    others = [c for c in live.constraints.values() if type(c) is type(constraint)]
    unlike = any(expected.constraints.get(c.name) != c for c in others)
    return unlike and all(name in live.columns for name in columns_of(constraint, expected))


def _index_differs(index: IndexState, live: TableState) -> bool:
    found = live.indexes.get(index.name)
    if found is None or found == index:
        return False
    expressions = any(isinstance(e, SqlExpression) for e in index.elements)
    return (expressions or found.options != index.options) and all(
        name in live.columns for name in columns_of(index, live)
    )


def _is_enum(column: ColumnState, dialect: sa.Dialect) -> bool:
    """Whether the column has an enum with a name of its own, or many; it may not exist yet. MySQL's have no name."""
    type_ = plain_type(column.type.sa_type)
    if isinstance(type_, sa.ARRAY):
        type_ = plain_type(type_.item_type)
    return dialect.name not in ("mysql", "mariadb") and isinstance(type_, sa.Enum)


def _probe_column(original: ColumnState, live: ColumnState, *, asked: bool, kept: bool) -> ColumnState:
    """The column with nothing but what is asked; an enum that may not exist yet is taken as it is in the database."""
    return ColumnState(
        name=original.name,
        type=live.type if kept else original.type,
        default=original.default if asked else None,
        computed=original.computed if asked else None,
        autoincrement=False,
    )


# --- asking -----------------------------------------------------------------------------------------------------------


def _ask(
    connection: sa.Connection, doubts: Sequence[Doubt], editor: SchemaEditor
) -> Iterator[tuple[Doubt, TableState]]:
    """The probes as the database reports them. One that it refuses is missing, and does not spoil the others."""
    if not doubts:
        return
    probes = [doubt.probe for doubt in doubts]
    try:
        with _scratch(connection, probes):
            for statement in _together(probes, editor):
                connection.execute(sa.text(statement.replace(":", "\\:")))
            answers = reflect_temporary(connection, editor.reader(), [p.name for p in probes]).tables
    except (sa.exc.DBAPIError, sa.exc.CompileError, UnsupportedError):
        pieces = [[doubt] for doubt in doubts] if len(doubts) > 1 else [[piece] for piece in _pieces(doubts[0])]
        for piece in pieces:
            yield from _ask(connection, piece, editor)
        return
    yield from ((doubt, answers[doubt.probe.name]) for doubt in doubts)


def _pieces(doubt: Doubt) -> Iterator[Doubt]:
    """The same doubt, each thing asked about by itself; nothing when there is but one."""
    probe = doubt.probe
    plain = {name: replace(column, default=None, computed=None) for name, column in probe.columns.items()}
    bare = replace(probe, columns=plain, constraints={}, indexes={})
    if len(doubt.columns) + len(probe.constraints) + len(probe.indexes) < 2:
        return
    for name in doubt.columns:
        yield replace(doubt, probe=replace(bare, columns={**plain, name: probe.columns[name]}), columns=(name,))
    for constraint in probe.constraints.values():
        yield replace(doubt, probe=replace(bare, constraints={constraint.name: constraint}), columns=())
    for index in probe.indexes.values():
        yield replace(doubt, probe=replace(bare, indexes={index.name: index}), columns=())


def _together(probes: Sequence[TableState], editor: SchemaEditor) -> list[str]:
    """The statements that make all probes: a single block on PostgreSQL, so that many doubts cost no more than one."""
    statements = [statement for probe in probes for statement in _statements(probe, editor)]
    if editor.dialect.name != "postgresql" or len(probes) == 1:
        return statements
    body = "; ".join(statements)
    tag = next(tag for tag in (f"minimig_{number}" for number in count()) if f"${tag}$" not in body)
    return [f"DO ${tag}$ BEGIN {body}; END ${tag}$"]


def _statements(probe: TableState, editor: SchemaEditor) -> Iterator[str]:
    built = editor.built(probe)
    yield from (editor.compile(CreateDomainType(domain)) for domain in domains_of(probe))
    yield editor.compile(CreateTable(built))
    for name in probe.indexes:
        yield editor.create_index_sql(built, name)


@contextmanager
def _scratch(connection: sa.Connection, probes: Sequence[TableState]) -> Iterator[None]:
    """Temporary tables made inside are gone afterwards, and an error inside leaves the caller's transaction usable."""
    if connection.dialect.name == "postgresql" and not commits_each(connection):
        savepoint = connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()
        return
    try:
        yield
    finally:
        for probe in probes:
            table = f"TABLE IF EXISTS pg_temp.{probe.name}"
            other = f"TEMPORARY TABLE IF EXISTS {probe.name}"
            connection.exec_driver_sql(f"DROP {table if connection.dialect.name == 'postgresql' else other}")
            for domain in domains_of(probe):
                connection.exec_driver_sql(f"DROP DOMAIN IF EXISTS pg_temp.{domain.name}")


# --- what was answered ------------------------------------------------------------------------------------------------


def _merged(expected: TableState, doubt: Doubt, answer: TableState, normalizer: Normalizer) -> TableState:
    columns = dict(expected.columns)
    for name in doubt.columns:
        told, wanted = answer.columns[name], expected.columns[name]
        columns[name] = replace(
            wanted,
            type=wanted.type if name in doubt.kept_types else retold(wanted.type, told.type),
            default=wanted.default and told.default,  # NULL with a cast is none
            computed=wanted.computed and (told.computed or wanted.computed),
        )
    constraints = dict(expected.constraints)
    names = _names_of_type_checks(expected, answer, normalizer)
    for constraint in answer.constraints.values():
        name = names.get(constraint.name, constraint.name)
        if isinstance(constraints.get(name), CheckState | ExcludeState):
            constraints[name] = replace(constraint, name=name)
    indexes = {name: index for name, index in answer.indexes.items() if name in expected.indexes}
    return replace(expected, columns=columns, constraints=constraints, indexes={**expected.indexes, **indexes})


def _names_of_type_checks(expected: TableState, answer: TableState, normalizer: Normalizer) -> Mapping[str, str]:
    """The CHECK of a type is named after its table, and the probe is another table."""
    named = naming.type_check_name
    return {normalizer.name(named(answer.name, c)): normalizer.name(named(expected.name, c)) for c in expected.columns}
