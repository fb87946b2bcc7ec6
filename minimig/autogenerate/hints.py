"""What models say of their own history: `info={"renamed_from": "nick"}`, `{"fill": "''"}`, `{"using": "..."}`.

In goes MetaData, out comes one frozen value that `Answers` looks into after the flags. A hint stays in the model when
its revision file is written: it answers a question, and where there is none it has no effect.

Django and Alembic have no such hints; they are what a program writes that has nobody to ask.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from minimig.errors import ModelsError


@dataclass(frozen=True)
class Hints:
    """By full name, `users` or `users.handle`: former names as they were written, and SQL."""

    renames: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fills: Mapping[str, str] = field(default_factory=dict)
    usings: Mapping[str, str] = field(default_factory=dict)

    def renamed_from(self, old: str, names: Iterable[str], former: Mapping[str, str]) -> str | None:
        """Which of the new `names` says that it was `old`; `former` are the old names of tables that were renamed.

        Raises ModelsError when several do.
        """
        claiming = sorted(n for n in names if old in self._full(n, former))
        if len(claiming) > 1:
            raise ModelsError(
                f"{' and '.join(claiming)} both say that they were renamed from {old}",
                where="renamed_from in the models",
                hint="leave it with the one that holds the old values, or decide with --rename",
            )
        return claiming[0] if claiming else None

    def _full(self, new: str, former: Mapping[str, str]) -> set[str]:
        """The old names of `new` in full: one may be written alone, or behind its table's or schema's name."""
        container, _, _ = new.rpartition(".")
        found = set()
        for said in self.renames.get(new, ()):
            prefix, _, name = said.rpartition(".")
            old_table = former.get(container, container)
            spoken = {"", container, old_table, container.rpartition(".")[2], old_table.rpartition(".")[2]}
            spoken |= set(self.renames.get(container, ()))
            if prefix in spoken:
                found.add(f"{container}.{name}" if container else name)
        return found


def hints_of(metadata: Iterable[sa.MetaData], tables: Collection[str]) -> Hints:
    """The hints of these tables, by key. Raises ModelsError for one that is no text."""
    renames: dict[str, tuple[str, ...]] = {}
    sql: dict[str, dict[str, str]] = {"fill": {}, "using": {}}
    for table in (table for each in metadata for table in each.tables.values() if table.key in tables):
        columns = {f"{table.key}.{column.name}": info for column in table.columns if (info := _info(column))}
        for name, info in [(table.key, _info(table)), *columns.items()]:
            if "renamed_from" in info:
                renames[name] = _names(name, info["renamed_from"])
        for kind, found in sql.items():
            found.update((name, _text(name, kind, info[kind])) for name, info in columns.items() if kind in info)
    return Hints(renames, sql["fill"], sql["using"])


def _info(item: sa.Table | sa.Column[Any]) -> Mapping[Any, Any]:
    """The `info` of a table or a column; where there is none, SQLAlchemy would make one, and keep it."""
    return item.info if "info" in vars(item) else {}


def _names(name: str, value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(_text(name, "renamed_from", each) for each in values)


def _text(name: str, kind: str, value: Any) -> str:
    if not isinstance(value, str) or (kind == "renamed_from" and not value):
        what, example = ("a name or a list of names", "old_name") if kind == "renamed_from" else ("SQL, as text", "''")
        raise ModelsError(
            f"{name}: info[{kind!r}] is {value!r}, not {what}",
            where=f"the model of {name}",
            hint=f"write info={{{kind!r}: {example!r}}}, or leave the hint out",
        )
    return value
