"""What only a person knows: what was renamed, what may go, and what rows that exist already should hold.

The autodetector asks a `Questioner`. `Answers` holds what was said in advance (`--rename`, `--drop`, `--fill`,
`--using`, and the models' own hints) and hands the rest to another questioner: the terminal, or one that writes every
question down with the exact flag that answers (`open_questions`). `NeverRename` is for comparing, where nobody can be
asked: what is gone is gone.

Django asks at the terminal and, without one, guesses that nothing was renamed and drops the data; Alembic never
asks and always drops. Here nothing is dropped because a question could not be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

from minimig.autogenerate.flags import drop_flag, fill_flag, matching, rename_flag, using_flag
from minimig.autogenerate.hints import Hints
from minimig.autogenerate.narrowing import Loss
from minimig.autogenerate.open_questions import OpenQuestions
from minimig.errors import UsageError, nearest
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState


class Reason(StrEnum):
    """Why a column's rows need a value, or would lose theirs."""

    ADDED = "is NOT NULL without a server default, and the table may have rows already"
    NOT_NULL = "becomes NOT NULL, and rows may hold NULL"
    GONE = "is no longer in the models"
    COMPUTED = "is computed now"


class Questioner(Protocol):
    """Who answers. No pair of old and new is ever asked about twice; `candidates` come best first, and never empty.

    Subclass `NeverRename` to answer only some of the questions.
    """

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

    def drop_table(self, table: TableState) -> None:
        """Returns when a table may go with its rows, and raises when it may not. It was no candidate for a rename."""

    def drop_column(self, table: str, column: ColumnState, reason: str) -> None:
        """Returns when a column may go with its values, and raises when it may not."""

    def convert(self, table: TableState, old: ColumnState, new: ColumnState, loss: Loss) -> str | None:
        """SQL that makes values of the new type, which may not hold all; None to let the database convert them."""

    def one_value(self, table: TableState, column: ColumnState, value: str) -> str | None:
        """SQL for the rows of a unique column, which would all get `value`; None to leave it at that."""


SqlFlag = Callable[[str, str], str]
"""How a flag that gives a column SQL is spelled."""


@runtime_checkable
class Foretold(Protocol):
    """A questioner that was told renames in advance, also of pairs too unlike each other to be worth a question."""

    def stated(self, old: str, names: Collection[str]) -> str | None:
        """Which of the new `names` the table, column or label of an enum `old` was said to become, or None.

        Both sides are full names: `users`, `blog.users`, `users.nick`, `status.live`; the table of a column, and the
        enum of a label, is called as it is now.
        """

    def handed_over(self, names: Collection[str]) -> frozenset[str]:
        """Those of the full `names`, known before and after, that were told to go from one thing to another."""


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

    def drop_table(self, table: TableState) -> None:
        return None

    def drop_column(self, table: str, column: ColumnState, reason: str) -> None:
        return None

    def convert(self, table: TableState, old: ColumnState, new: ColumnState, loss: Loss) -> str | None:
        return None

    def one_value(self, table: TableState, column: ColumnState, value: str) -> str | None:
        return None


class Answers:
    """Answers given in advance. What they leave open goes to `otherwise`, by default into a list of open questions.

    `renames`: `users` to `accounts`, `users.nick` to `handle`; `fills` and `usings`: `posts.slug` to SQL, empty for
    "no value" and for the database's own conversion; `drops`: `users.nick`, or a pattern such as `users.*`. The table
    of a column may be named as it was or as it is now. `hints` are what the models say; a flag wins over a hint, but a
    pattern does not. It remembers which answers were used, so one value serves one run.
    """

    def __init__(
        self,
        renames: Mapping[str, str] | None = None,
        fills: Mapping[str, str] | None = None,
        drops: Collection[str] = (),
        *,
        usings: Mapping[str, str] | None = None,
        hints: Hints | None = None,
        otherwise: Questioner | None = None,
    ) -> None:
        self._renames = dict(renames or {})
        self._sql: dict[SqlFlag, dict[str, str]] = {
            fill_flag: dict(fills or {}),
            using_flag: dict(usings or {}),
        }
        self._drops = frozenset(drops)
        self._hints = hints or Hints()
        self._otherwise = OpenQuestions() if otherwise is None else otherwise
        self._used: set[str] = set()
        self._gone: dict[str, Collection[str]] = {}
        self._asked: dict[SqlFlag, set[str]] = {fill_flag: set(), using_flag: set()}
        self._former: dict[str, str] = {}

    @property
    def renames(self) -> Mapping[str, str]:
        """The renames that were answered in advance, old name to new."""
        return self._renames

    @property
    def drops(self) -> frozenset[str]:
        """What may be dropped, as was said in advance."""
        return self._drops

    def with_hints(self, hints: Hints) -> Answers:
        """The same answers, none of them used, and these hints."""
        fills, usings = self._sql[fill_flag], self._sql[using_flag]
        return Answers(self._renames, fills, self._drops, usings=usings, hints=hints, otherwise=self._otherwise)

    # --- renames ------------------------------------------------------------------------------------------------------

    def stated(self, old: str, names: Collection[str]) -> str | None:
        self._gone[old] = names
        known = self._known_as(old, self._renames)
        if known is None:
            new = None if self._dropped(old, patterns=False) else self._hinted(old, names)
        else:
            said = self._renames[known]
            new = next((name for name in (said, self._beside(old, said)) if name in names), None)
            if new is not None:
                self._used.add(rename_flag(known, said))
        if new is not None:
            self._former[new] = old
        return new

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        if self._dropped(old.key):
            return None
        new = self._otherwise.rename_table(old, candidates)
        if new is not None:
            self._former[new] = old.key
        return new

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        if self._dropped(f"{table}.{old.name}"):
            return None
        return self._otherwise.rename_column(table, old, candidates)

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        if self._dropped(f"{enum}.{old}"):
            return None
        return self._otherwise.rename_label(enum, old, candidates)

    def handed_over(self, names: Collection[str]) -> frozenset[str]:
        gone = {*self._renames, *self._drops}
        if not gone:
            return frozenset()
        wanted = {self._beside(old, new) for old, new in self._renames.items()}
        own = {name: self._names_of(name) for name in names}
        return frozenset(name for name in names if not (wanted.isdisjoint(own[name]) or gone.isdisjoint(own[name])))

    # --- rows and values ----------------------------------------------------------------------------------------------

    def drop_table(self, table: TableState) -> None:
        self._gone.setdefault(table.key, ())
        if not self._dropped(table.key):
            self._otherwise.drop_table(table)

    def drop_column(self, table: str, column: ColumnState, reason: str) -> None:
        name = f"{table}.{column.name}"
        self._gone.setdefault(name, ())
        if not self._dropped(name):
            self._otherwise.drop_column(table, column, reason)

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        sql = self._said(fill_flag, f"{table.key}.{column.name}", self._hints.fills)
        return self._otherwise.fill(table, column, reason) if sql is None else sql or None

    def convert(self, table: TableState, old: ColumnState, new: ColumnState, loss: Loss) -> str | None:
        sql = self._said(using_flag, f"{table.key}.{new.name}", self._hints.usings)
        return self._otherwise.convert(table, old, new, loss) if sql is None else sql or None

    def one_value(self, table: TableState, column: ColumnState, value: str) -> str | None:
        return self._otherwise.one_value(table, column, value)

    # --- the end of a run ---------------------------------------------------------------------------------------------

    def refuse_open(self, *, failed: bool) -> None:
        """Raise the QuestionError of all open questions, where the run needs their answers or has `failed`."""
        questions = self._otherwise
        if isinstance(questions, OpenQuestions) and (questions.needed or failed):
            error = questions.error(flag for flag, *_ in self._idle())
            if error is not None:
                raise error

    def unused(self) -> None:
        """Raises UsageError for an answer to which there was no question; called when the comparison is done."""
        if isinstance(self._otherwise, OpenQuestions) and self._otherwise.open:
            return  # its question may come once these are answered
        for flag, name, names, what in self._idle():
            close = nearest(name, names) or (f"it could be: {', '.join(names)}" if names else "leave the flag out")
            raise UsageError(f"{flag} answers no question: nothing called {name} {what}", hint=close, code="MM208")

    def _idle(self) -> Iterator[tuple[str, str, list[str], str]]:
        """Flags that were not used: the flag, the name in it that is unknown, known names, and what they have to be."""
        found: list[tuple[str, str, Collection[str], str]] = []
        for old, new in self._renames.items():
            known = self._known_as(old, self._gone)
            if known is None:
                found.append((rename_flag(old, new), old, self._gone, "is gone from the models"))
            else:
                found.append((rename_flag(old, new), new, self._gone[known], "is new and free"))
        found += [(drop_flag(old), old, self._gone, "is gone from the models") for old in sorted(self._drops)]
        for flag, what in ((fill_flag, "needs a value"), (using_flag, "gets a narrower type")):
            found += [(flag(name, sql), name, self._asked[flag], what) for name, sql in self._sql[flag].items()]
        return ((flag, name, sorted(names), what) for flag, name, names, what in found if flag not in self._used)

    # --- names --------------------------------------------------------------------------------------------------------

    def _said(self, flag: SqlFlag, name: str, hints: Mapping[str, str]) -> str | None:
        """The SQL that a flag or a hint gives a column, and None when neither does."""
        self._asked[flag].add(name)
        known = self._known_as(name, self._sql[flag])
        if known is None:
            return hints.get(name)
        self._used.add(flag(known, self._sql[flag][known]))
        return self._sql[flag][known]

    def _hinted(self, old: str, names: Collection[str]) -> str | None:
        taken = {self._beside(one, new) for one, new in self._renames.items()}
        return self._hints.renamed_from(old, [name for name in names if name not in taken], self._former)

    def _beside(self, old: str, said: str) -> str:
        """What a new name written without its table or schema means: `users.nick` to `handle` is `users.handle`."""
        container, _, _ = old.rpartition(".")
        prefix, _, name = said.rpartition(".")
        same = prefix in ("", container, self._former.get(container))
        return f"{container}.{name}" if container and same else said

    def _dropped(self, old: str, *, patterns: bool = True) -> bool:
        known = self._known_as(old, self._drops)
        if known is None and patterns:
            known = matching(self._names_of(old), self._drops)
        if known is not None:
            self._used.add(drop_flag(known))
        return known is not None

    def _known_as(self, name: str, answers: Collection[str]) -> str | None:
        """The spelling by which a name occurs in the answers: a column's table may go by its former name."""
        return next((known for known in self._names_of(name) if known in answers), None)

    def _names_of(self, name: str) -> tuple[str, ...]:
        table, _, column = name.rpartition(".")
        return (name, f"{self._former[table]}.{column}") if table in self._former else (name,)
