"""The questioner for a run without a terminal: it writes every question down, and tells them all at once.

To each question it gives the answer that keeps the comparison going: not renamed, no value. What would only be asked
because of such an answer is not asked: a new column that an old one may have become needs no value yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from minimig.autogenerate.families import suggested_fill
from minimig.autogenerate.flags import drop_flag, fill_flag, rename_flag, using_flag
from minimig.autogenerate.narrowing import Loss
from minimig.errors import QuestionError
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState


@dataclass(frozen=True)
class OpenQuestion:
    """What has to be known, and the flags that say it, each with the words that follow it in a sentence."""

    text: str
    flags: tuple[tuple[str, str], ...]
    otherwise: str = ""
    """What would make the question go away without a flag."""

    @property
    def advice(self) -> str:
        """All flags in one sentence."""
        flags = [f"{flag} {when}".rstrip() for flag, when in self.flags]
        return f"pass {', or '.join(flags)}{f', {self.otherwise}' if self.otherwise else ''}"


@runtime_checkable
class Deferring(Protocol):
    """A questioner that may write its questions down: they are told when the comparison is at its end."""

    def refuse_open(self, *, failed: bool) -> None:
        """Raise the QuestionError of all open questions, where the run needs their answers or has `failed`."""


class OpenQuestions:
    """Asks nobody. With `needed` a difference that was found with open questions is of no use and ends in their error.

    `notes` are warnings that wait for no answer.
    """

    def __init__(self, *, needed: bool = True) -> None:
        self.needed = needed
        self.open: list[OpenQuestion] = []
        self.notes: list[str] = []
        self._undecided: set[str] = set()

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        self._ask_rename("table", old.key, [table.key for table in candidates])
        return None

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        self._ask_rename("column", f"{table}.{old.name}", [column.name for column in candidates])
        self._undecided.update(f"{table}.{column.name}" for column in candidates)
        return None

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        name = f"{enum}.{old}"
        self._ask(
            f"enum {enum} has no value {old!r} any more: was it renamed to {' or '.join(map(repr, candidates))}, or"
            " taken away?",
            *((rename_flag(name, new), "") for new in candidates),
            (drop_flag(name), "when no row may hold it any more"),
        )
        return None

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        name = f"{table.key}.{column.name}"
        if name not in self._undecided:
            flag = fill_flag(name, suggested_fill(column.type))
            advice = "or give the column a server default"
            self._ask(f"column {name} {reason}", (flag, "(any SQL)"), otherwise=advice)
        return None

    def drop_table(self, table: TableState) -> None:
        self._ask(
            f"table {table.key} is no longer in the models: drop it with all its rows?",
            (drop_flag(table.key), "when it is really gone"),
        )

    def drop_column(self, table: str, column: ColumnState, reason: str) -> None:
        name = f"{table}.{column.name}"
        self._ask(f"column {name} {reason}: drop it with its values?", (drop_flag(name), "when they are really gone"))

    def convert(self, table: TableState, old: ColumnState, new: ColumnState, loss: Loss) -> str | None:
        name = f"{table.key}.{new.name}"
        self._ask(
            f"column {name} becomes {new.type.sa_type}, and rows may hold {loss.what}",
            (using_flag(name, ""), "when all values fit"),
            (using_flag(name, "SQL"), "to convert them"),
        )
        return None

    def one_value(self, table: TableState, column: ColumnState, value: str) -> str | None:
        self.notes.append(
            f"column {table.key}.{column.name} is unique, and all rows that lack a value get {value}:"
            " this fails when there are two of them"
        )
        return None

    def error(self, also: Iterable[str] = ()) -> QuestionError | None:
        """All open questions in one error; `also` are flags that answered none of them."""
        if not self.open:
            return None
        idle = [f"{flag} answered none" for flag in also]
        if len(self.open) == 1:
            (question,) = self.open
            return QuestionError(question.text, hint="; ".join([question.advice, *idle]))
        width = max(len(flag) for question in self.open for flag, when in question.flags if when)
        lines = [f"{len(self.open)} questions need an answer"]
        for question in self.open:
            lines += [f"  {question.text}", *(f"    {flag:{width}}  {when}".rstrip() for flag, when in question.flags)]
            lines += [f"    {question.otherwise}"] if question.otherwise else []
        hint = "; ".join(["pass a flag for each, or answer them at a terminal", *idle])
        return QuestionError("\n".join(lines), hint=hint)

    def _ask_rename(self, kind: str, old: str, names: Sequence[str]) -> None:
        self._ask(
            f"{kind} {old} is gone from the models: was it renamed to {' or '.join(names)}, or dropped with all it"
            " holds?",
            *((rename_flag(old, name), "") for name in names),
            (drop_flag(old), "when it is really gone"),
        )

    def _ask(self, text: str, *flags: tuple[str, str], otherwise: str = "") -> None:
        self.open.append(OpenQuestion(text, flags, otherwise))
