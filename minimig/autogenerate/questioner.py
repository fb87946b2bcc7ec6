"""What only a person knows: whether a column was renamed or replaced, and what rows that exist already should hold.

The autodetector asks a `Questioner`. `Answers` holds what was said in advance (`--rename`, `--drop`, `--fill`)
and hands the rest to another questioner, the terminal; without one it stops and names the exact flag that
answers. `NeverRename` is for comparing, where nobody can be asked: what is gone is gone.

Django asks at the terminal and, without one, guesses that nothing was renamed and drops the data; Alembic never
asks and always drops. Here nothing is dropped because a question could not be asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

from minimig.autogenerate.families import suggested_fill
from minimig.errors import QuestionError, UsageError, nearest
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState


class Reason(StrEnum):
    """Why rows that exist already need a value."""

    ADDED = "is NOT NULL without a server default, and the table may have rows already"
    NOT_NULL = "becomes NOT NULL, and rows may hold NULL"


class Questioner(Protocol):
    """Who answers. No pair of old and new is ever asked about twice; `candidates` come best first, and never empty."""

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        """The key of the candidate that the old table has become, or None when it was dropped."""

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        """The name of the candidate that the old column has become, or None when it was dropped.

        `table` is the key of the table as it is now, that is after its own rename.
        """

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        """The candidate that a label of a named enum has become, or None when it was taken away."""

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        """SQL for the rows that exist already, or None when no value is wanted: the table has no rows."""


@runtime_checkable
class Foretold(Protocol):
    """A questioner that was told renames in advance, also of pairs too unlike each other to be worth a question."""

    def stated(self, old: str, names: Collection[str]) -> str | None:
        """Which of the new `names` the table, column or label of an enum `old` was said to become, or None.

        Both sides are full names: `users`, `blog.users`, `users.nick`, `status.live`; the table of a column, and the
        enum of a label, is called as it is now.
        """


class NeverRename:
    """For comparing: nothing is a rename, nothing is filled."""

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        return None

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        return None

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        return None

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        return None


class Answers:
    """Answers given in advance. What they leave open goes to `otherwise`, or ends in a QuestionError with the flag.

    `renames`: `users` to `accounts`, `users.nick` to `handle`; `fills`: `posts.slug` to SQL, empty for "no value";
    `drops`: `users.nick`. The table of a column may be named as it was or as it is now. It remembers which answers
    were used, so one value serves one run.
    """

    def __init__(
        self,
        renames: Mapping[str, str] | None = None,
        fills: Mapping[str, str] | None = None,
        drops: Collection[str] = (),
        *,
        otherwise: Questioner | None = None,
    ) -> None:
        self._renames = dict(renames or {})
        self._fills = dict(fills or {})
        self._drops = frozenset(drops)
        self._otherwise = otherwise
        self._used: set[str] = set()
        self._gone: dict[str, Collection[str]] = {}
        self._unfilled: set[str] = set()
        self._former: dict[str, str] = {}

    @property
    def renames(self) -> Mapping[str, str]:
        """The renames that were answered in advance, old name to new."""
        return self._renames

    def stated(self, old: str, names: Collection[str]) -> str | None:
        self._gone[old] = names
        known = self._known_as(old, self._renames)
        if known is None:
            self._dropped(old)
            return None
        said = self._renames[known]
        spellings = (said, self._beside(old, said))
        new = next((name for name in spellings if name in names), None)
        if new is not None:
            self._used.add(_rename_flag(known, said))
            self._former[new] = old
        return new

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        if self._dropped(old.key):
            return None
        if self._otherwise is None:
            raise _rename_question("table", old.key, [table.key for table in candidates])
        new = self._otherwise.rename_table(old, candidates)
        if new is not None:
            self._former[new] = old.key
        return new

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        if self._dropped(f"{table}.{old.name}"):
            return None
        if self._otherwise is None:
            raise _rename_question("column", f"{table}.{old.name}", [column.name for column in candidates])
        return self._otherwise.rename_column(table, old, candidates)

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        if self._dropped(f"{enum}.{old}"):
            return None
        if self._otherwise is None:
            raise QuestionError(
                f"enum {enum} has no value {old!r} any more: was it renamed to {' or '.join(map(repr, candidates))}, or"
                " taken away?",
                hint=f"pass {' or '.join(_rename_flag(f'{enum}.{old}', new) for new in candidates)}, or"
                f" --drop {enum}.{old} when no row may hold it any more",
            )
        return self._otherwise.rename_label(enum, old, candidates)

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        name = f"{table.key}.{column.name}"
        self._unfilled.add(name)
        known = self._known_as(name, self._fills)
        if known is not None:
            self._used.add(_fill_flag(known, self._fills[known]))
            return self._fills[known] or None
        if self._otherwise is not None:
            return self._otherwise.fill(table, column, reason)
        raise QuestionError(
            f"column {name} {reason}",
            hint=f"pass {_fill_flag(name, suggested_fill(column.type))} (any SQL), or give the column a server default",
        )

    def unused(self) -> None:
        """Raises UsageError for an answer to which there was no question; called when the comparison is done."""
        for old, new in self._renames.items():
            known = self._known_as(old, self._gone)
            if known is None:
                self._check_used(_rename_flag(old, new), old, self._gone, "is gone from the models")
            else:
                self._check_used(_rename_flag(old, new), new, self._gone[known], "is new and free")
        for old in sorted(self._drops):
            self._check_used(f"--drop {old}", old, self._gone, "is gone from the models")
        for column, sql in self._fills.items():
            self._check_used(_fill_flag(column, sql), column, self._unfilled, "needs a value")

    def _check_used(self, flag: str, name: str, known: Collection[str], what: str) -> None:
        if flag not in self._used:
            names = sorted(known)
            close = nearest(name, names) or (f"it could be: {', '.join(names)}" if names else "leave the flag out")
            raise UsageError(f"{flag} answers no question: nothing called {name} {what}", hint=close)

    def _beside(self, old: str, said: str) -> str:
        """What a new name written without its table or schema means: `users.nick` to `handle` is `users.handle`."""
        container, _, _ = old.rpartition(".")
        prefix, _, name = said.rpartition(".")
        same = prefix in ("", container, self._former.get(container))
        return f"{container}.{name}" if container and same else said

    def _dropped(self, old: str) -> bool:
        known = self._known_as(old, self._drops)
        if known is not None:
            self._used.add(f"--drop {known}")
        return known is not None

    def _known_as(self, name: str, answers: Collection[str]) -> str | None:
        """The spelling by which a name occurs in the answers: a column's table may go by its former name."""
        table, _, column = name.rpartition(".")
        former = f"{self._former[table]}.{column}" if table in self._former else name
        return next((known for known in (name, former) if known in answers), None)


def parse_rename(text: str) -> tuple[str, str]:
    """`users.nick:handle`, `users.nick:users.handle` or `users:accounts` as old and new. Raises UsageError."""
    old, colon, new = (part.strip() for part in text.partition(":"))
    if not colon or not old or not new or ":" in new or "" in [*old.split("."), *new.split(".")]:
        raise UsageError(
            f"--rename {text} is not OLD:NEW", hint="for example --rename users.nick:handle or --rename users:accounts"
        )
    return old, new


def _rename_question(kind: str, old: str, names: Sequence[str]) -> QuestionError:
    choices = " or ".join(_rename_flag(old, name) for name in names)
    return QuestionError(
        f"{kind} {old} is gone from the models: was it renamed to {' or '.join(names)}, or dropped with all it holds?",
        hint=f"pass {choices}, or --drop {old} when it is really gone",
    )


def _rename_flag(old: str, new: str) -> str:
    return f"--rename {old}:{new}"


def _fill_flag(column: str, sql: str) -> str:
    return f'--fill {column}="{sql}"'
