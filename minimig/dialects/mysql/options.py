"""What ALTER TABLE can tell a MySQL table: its engine, character set, row format and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from minimig.dialects.mysql.clauses import MySQLClauses
from minimig.errors import UnsupportedError
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState

_CHARSETS = ("CHARSET", "CHARACTER_SET", "DEFAULT_CHARSET", "DEFAULT_CHARACTER_SET")
_COLLATIONS = ("COLLATE", "DEFAULT_COLLATE")
_WITHOUT = {"ENGINE": "ENGINE=InnoDB", "ROW_FORMAT": "ROW_FORMAT=DEFAULT"}
"""What stands for an option that is no longer given."""


def option_clauses(editor: MySQLClauses, old: TableState, new: TableState) -> Iterator[str]:
    """The clauses that lead from the old options to the new ones. Raises UnsupportedError where nobody knows how."""
    before, after = _own(editor, old), _own(editor, new)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if changed & {*_CHARSETS, *_COLLATIONS}:
        yield _convert(after)
    rest = sorted(changed - {*_CHARSETS, *_COLLATIONS})
    if dict(old.options).get("prefixes") != dict(new.options).get("prefixes"):
        raise UnsupportedError(
            f"table {new.key} cannot become TEMPORARY, or be so no more",
            hint="create a new table, copy the rows with ops.RunSQL, and rename",
        )
    unknown = [name for name in rest if name not in after and name not in _WITHOUT]
    if unknown:
        raise UnsupportedError(
            f"table {new.key} cannot lose its option {', '.join(unknown)}: the server's default is not known",
            hint="give the option the value it should have",
        )
    yield from (_WITHOUT[name] for name in rest if name not in after)
    given = tuple((key, value) for key, value in new.options if _name(editor, key) in rest)
    if given:
        built = editor.built(replace(new, options=given, comment=None))
        yield editor.ddl_compiler().post_create_table(built)


def retyped_by_charset(editor: MySQLClauses, table: TableState) -> Iterator[ColumnState]:
    """Columns that CONVERT TO CHARACTER SET changes beyond the table's default.

    It overrides a column's own character set, and makes a TEXT that might become too short a MEDIUMTEXT.
    """
    for column in table.columns.values():
        if any(word in editor.column_type(column).upper() for word in ("TEXT", "CHARACTER SET", "COLLATE")):
            yield column


def _convert(options: dict[str, object]) -> str:
    charset = next((str(options[name]) for name in _CHARSETS if name in options), None)
    collation = next((str(options[name]) for name in _COLLATIONS if name in options), None)
    if charset is None and collation is not None:
        charset = collation.partition("_")[0]  # a collation is named for its character set
    collate = f" COLLATE {collation}" if collation else ""
    return f"CONVERT TO CHARACTER SET {charset or 'DEFAULT'}{collate}"


def _own(editor: MySQLClauses, table: TableState) -> dict[str, object]:
    named = ((_name(editor, key), value) for key, value in table.options)
    return {name: value for name, value in named if name is not None}


def _name(editor: MySQLClauses, key: str) -> str | None:
    prefix = f"{editor.dialect.name}_"
    return key.removeprefix(prefix).upper() if key.startswith(prefix) else None
