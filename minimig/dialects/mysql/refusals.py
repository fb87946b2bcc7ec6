"""What MySQL and MariaDB take without doing it, or do in a way that cannot be read back: said before it happens.

In goes a table, out comes an UnsupportedError or nothing. Peers send such a table as it is, and report the difference
between it and the models ever after.
"""

from __future__ import annotations

import re

import sqlalchemy as sa

from minimig.errors import UnsupportedError
from minimig.state.parts import CheckState, ColumnState, ForeignKeyState
from minimig.state.tables import TableState, columns_of

_WITHOUT_KEYS = frozenset(["myisam", "aria", "memory", "heap", "csv", "archive", "merge", "mrg_myisam", "blackhole"])
_BYTES = re.compile(r"(?i:x'((?:[0-9a-f]{2})+)'|0x((?:[0-9a-f]{2})+))")


def refuse(table: TableState, dialect: sa.Dialect, *, mariadb: bool) -> None:
    """Raise UnsupportedError for foreign keys that would not hold and for defaults that nobody could read."""
    for key in table.foreign_keys:
        _refuse_key(key, table, dialect)
    for column in table.columns.values() if mariadb else ():
        _refuse_bytes(column, table)


def _refuse_key(key: ForeignKeyState, table: TableState, dialect: sa.Dialect) -> None:
    where = f"foreign key {table.key}.{key.name}"
    engine = str(dict(table.options).get(f"{dialect.name}_engine", ""))
    if engine.lower() in _WITHOUT_KEYS:
        raise UnsupportedError(
            f"{where} stands in a table of the engine {engine}, which takes foreign keys and forgets them",
            hint="use InnoDB, or leave the foreign key out",
        )
    if "SET DEFAULT" in (_words(key.ondelete), _words(key.onupdate)):
        raise UnsupportedError(
            f"{where} is SET DEFAULT, which InnoDB takes and does not do", hint="use another ON DELETE and ON UPDATE"
        )
    checks = [c.name for c in table.constraints.values() if isinstance(c, CheckState) and _speaks_of(c, key, table)]
    if checks and (_words(key.ondelete) == "SET NULL" or _words(key.onupdate) in ("SET NULL", "CASCADE")):
        raise UnsupportedError(
            f"{where} may change columns by itself, and MariaDB and MySQL refuse that to a column that a CHECK uses:"
            f" {', '.join(checks)}",
            hint="use another ON DELETE and ON UPDATE, or leave the CHECK out",
        )
    if table.schema not in (None, dialect.default_schema_name) and "." not in key.target:
        raise UnsupportedError(
            f"{where} points to {key.target} in the default database, and would be read as {table.schema}.{key.target}",
            hint=f"give table {key.target} its schema in the models: sa.Table(..., schema=...)",
        )


def _words(action: str | None) -> str:
    return " ".join((action or "").upper().split())


def _speaks_of(check: CheckState, key: ForeignKeyState, table: TableState) -> bool:
    return not set(key.columns).isdisjoint(columns_of(check, table))


def _refuse_bytes(column: ColumnState, table: TableState) -> None:
    """MariaDB prints the bytes of a default as they are, and no client can read a statement that is no text."""
    match = _BYTES.fullmatch(column.default.text.strip()) if column.default is not None else None
    if match is None:
        return
    try:
        bytes.fromhex(match[1] or match[2]).decode()
    except UnicodeDecodeError:
        raise UnsupportedError(
            f"the default of {table.key}.{column.name} is bytes that are no text, which nobody can read from MariaDB"
            " any more",
            hint=f"write it as an expression: sa.text(\"(unhex('{match[1] or match[2]}'))\")",
        ) from None
