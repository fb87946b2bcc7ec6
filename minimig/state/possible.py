"""Models that no database could create, found when they are read and not in the middle of a run.

In go the state of the models and what else is known, out comes a ModelsError that names the table, the key and what to
do. One function for each rule. What only one database refuses is its schema editor's affair (`dialects/limits`).
SQLAlchemy finds some of this in `create_all`, the database the rest; Django has its system checks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from minimig.errors import ModelsError, nearest
from minimig.state.parts import ForeignKeyState, IndexState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


def refuse_impossible(
    state: SchemaState, *, is_foreign: Callable[[str], bool] = lambda _: False, keys_need_unique: bool = False
) -> None:
    """Raise ModelsError for the first thing that no database could create.

    `is_foreign` says whether a table that the state lacks is somebody else's; of those nothing is asked.
    `keys_need_unique` is for a database that lets no foreign key point to columns that are merely indexed.
    """
    for table in state.tables.values():
        for key in table.foreign_keys:
            target = state.tables.get(key.target)
            if target is None and is_foreign(key.target):
                continue
            _target_is_there(table, key, target, state)
            if target is not None:
                _columns_are_there(table, key, target)
                _target_is_unique(table, key, target, keys_need_unique=keys_need_unique)


def refuse_numbering(tables: Iterable[sa.Table]) -> None:
    """Raise ModelsError where SQLAlchemy finds no one column that numbers the rows, or two."""
    for table in tables:
        try:
            table.primary_key._autoincrement_column  # noqa: B018, SLF001 - asking is the check; public only from 2.0.4 on
        except sa.exc.ArgumentError as error:
            raise ModelsError(
                str(error),
                where=f"table {table.key}",
                hint="pass autoincrement=True for one column of whole numbers only",
            ) from error


def _target_is_there(table: TableState, key: ForeignKeyState, target: TableState | None, state: SchemaState) -> None:
    if target is None:
        raise ModelsError(
            f"foreign key {key.name} of table {table.key} points to table {key.target}, which is not in the models",
            where=_place(table, key),
            hint=nearest(key.target, state.tables)
            or "import the module that defines it, or let `include` of the env file leave it to somebody else",
            code="MM305",
        )


def _columns_are_there(table: TableState, key: ForeignKeyState, target: TableState) -> None:
    for name in key.target_columns:
        if name not in target.columns:
            raise ModelsError(
                f"foreign key {key.name} of table {table.key} points to {target.key}.{name}, which does not exist",
                where=_place(table, key),
                hint=nearest(name, target.columns) or f"its columns are {', '.join(target.columns)}",
            )
    if len(key.columns) != len(key.target_columns):
        raise ModelsError(
            f"foreign key {key.name} of table {table.key} has {len(key.columns)} columns and points to "
            f"{len(key.target_columns)}",
            where=_place(table, key),
            hint="name one column there for each column here",
        )


def _target_is_unique(table: TableState, key: ForeignKeyState, target: TableState, *, keys_need_unique: bool) -> None:
    wanted = frozenset(key.target_columns)
    if wanted in _unique(target) or (not keys_need_unique and _indexed(target, key.target_columns)):
        return
    columns = ", ".join(key.target_columns)
    raise ModelsError(
        f"foreign key {key.name} of table {table.key} points to {target.key} ({columns}), "
        "which is neither the primary key nor unique",
        where=_place(table, key),
        hint=f"add a unique constraint over ({columns}) to {target.key}, or point to its primary key"
        + (f" ({', '.join(target.primary_key.columns)})" if target.primary_key else ""),
        code="MM306",
    )


def _unique(table: TableState) -> frozenset[frozenset[str]]:
    """What a foreign key may point to. A constraint that is checked late, or an index of some rows, does not count."""
    found = [table.primary_key.columns] if table.primary_key else []
    found += [c.columns for c in table.constraints.values() if isinstance(c, UniqueState) and not c.deferrable]
    found += [_plain(index) for index in table.indexes.values() if index.unique]
    return frozenset(frozenset(columns) for columns in found if columns)


def _indexed(table: TableState, columns: tuple[str, ...]) -> bool:
    """Whether an index or key begins with these columns: enough for MySQL and MariaDB."""
    found = [table.primary_key.columns] if table.primary_key else []
    found += [c.columns for c in table.constraints.values() if isinstance(c, UniqueState)]
    found += [_plain(index) for index in table.indexes.values()]
    return any(each[: len(columns)] == columns for each in found)


def _plain(index: IndexState) -> tuple[str, ...]:
    """The columns of an index over all rows and no expression, else none."""
    names = tuple(element for element in index.elements if isinstance(element, str))
    partial = any(name.endswith("_where") for name, _ in index.options)
    return () if partial or len(names) != len(index.elements) else names


def _place(table: TableState, key: ForeignKeyState) -> str:
    return f"{table.key} ({', '.join(key.columns)})"
