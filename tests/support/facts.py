"""What a live database holds, as plain values that can be compared: `sqlalchemy.inspect` without its noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class ColumnFacts:
    """One column as the database reports it."""

    type: str
    nullable: bool
    default: str | None
    comment: str | None
    computed: str | None
    identity: dict[str, Any] | None


@dataclass(frozen=True)
class TableFacts:
    """One table as the database reports it; order does not count."""

    columns: dict[str, ColumnFacts]
    primary_key: tuple[str, ...]
    uniques: dict[str, tuple[str, ...]]
    foreign_keys: dict[str, tuple[Any, ...]]
    checks: dict[str, str]
    indexes: dict[str, tuple[Any, ...]]
    comment: str | None


def facts(connection: sa.Connection) -> dict[str, TableFacts]:
    """Every table of the default schema."""
    inspector = sa.inspect(connection)
    names = (name for name in inspector.get_table_names() if name != "minimig_journal")
    return {name: _table(inspector, name) for name in names}


def rows(connection: sa.Connection, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    """The rows of a table, sorted."""
    clause = sa.table(table, *map(sa.column, columns))
    found = connection.execute(sa.select(*(clause.c[name] for name in columns)))
    return sorted((tuple(row) for row in found), key=str)


def _table(inspector: sa.Inspector, name: str) -> TableFacts:
    indexes = inspector.get_indexes(name)
    uniques = {str(u["name"]): tuple(u["column_names"]) for u in inspector.get_unique_constraints(name)}
    uniques |= {str(i["name"]): tuple(i["column_names"]) for i in indexes if i["unique"]}
    try:
        comment = inspector.get_table_comment(name)["text"]
    except NotImplementedError:
        comment = None
    return TableFacts(
        columns={column["name"]: _column(column) for column in inspector.get_columns(name)},
        primary_key=tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
        uniques=uniques,
        foreign_keys={str(key["name"]): _foreign_key(key) for key in inspector.get_foreign_keys(name)},
        checks={str(check["name"]): check["sqltext"] for check in inspector.get_check_constraints(name)},
        indexes={
            str(index["name"]): tuple(index.get("expressions") or index["column_names"])
            for index in indexes
            if not index["unique"]
        },
        comment=comment or None,
    )


def _column(column: Any) -> ColumnFacts:
    computed = column.get("computed")
    identity = column.get("identity")
    return ColumnFacts(
        type=str(column["type"]),
        nullable=column["nullable"],
        default=None if column["default"] in (None, "NULL") else column["default"],
        comment=column.get("comment"),
        computed=computed and computed["sqltext"],
        identity=dict(identity) if identity else None,
    )


def _foreign_key(key: Any) -> tuple[Any, ...]:
    options = {name: value for name, value in key["options"].items() if value not in (None, "NO ACTION")}
    return (
        tuple(key["constrained_columns"]),
        key["referred_table"],
        tuple(key["referred_columns"]),
        tuple(sorted(options.items())),
    )
