"""What ALTER TABLE can tell a PostgreSQL table: storage parameters, tablespace, access method, parents, UNLOGGED."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.errors import UnsupportedError

_SINGLE = {"postgresql_tablespace": "SET TABLESPACE", "postgresql_using": "SET ACCESS METHOD"}
_WITHOUT = {"postgresql_tablespace": "pg_default", "postgresql_using": "heap"}
"""What a table has when nothing is said, on a server that was not set up otherwise."""


def option_clauses(editor: SchemaEditor, change: TableChange) -> Iterator[str]:
    """The clauses that lead from the old options to the new ones, each for a statement of its own.

    Raises UnsupportedError for an option that a table has from its creation on: PARTITION BY, ON COMMIT, TEMPORARY.
    """
    before, after = dict(change.old.options), dict(change.new.options)
    own = (name for name in before.keys() | after.keys() if name.startswith("postgresql_") or name == "prefixes")
    for name in sorted(own):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in _SINGLE:
            yield f"{_SINGLE[name]} {editor.quote(new or _WITHOUT[name])}"
        elif name == "postgresql_with":
            yield from _parameters(dict(old or ()), dict(new or ()))
        elif name == "postgresql_inherits":
            yield from _parents(editor, _several(old), _several(new))
        elif name == "prefixes" and {*_several(old), *_several(new)} == {"UNLOGGED"}:
            yield "SET UNLOGGED" if new else "SET LOGGED"
        else:
            raise UnsupportedError(
                f"PostgreSQL cannot change {name} of table {change.new.key} from {old!r} to {new!r}",
                hint="create a new table with it, copy the rows with ops.RunSQL, and rename",
            )


def _parameters(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    changed = [f"{name} = {value}" for name, value in new.items() if old.get(name) != value]
    if changed:
        yield f"SET ({', '.join(changed)})"
    gone = sorted(old.keys() - new.keys())
    if gone:
        yield f"RESET ({', '.join(gone)})"


def _parents(editor: SchemaEditor, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    for words, parents in (
        ("NO INHERIT", (p for p in old if p not in new)),
        ("INHERIT", (p for p in new if p not in old)),
    ):
        yield from (f"{words} {editor.quote(parent)}" for parent in parents)


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
