"""A questioner whose questions and answers are told to somebody else as well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from minimig.autogenerate.narrowing import Loss
from minimig.autogenerate.questioner import Answers
from minimig.autogenerate.stages import Asked
from minimig.stages import Tell
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState

GOES_ON = "the comparison goes on with it gone"
"""What is heard where the answer is no word: a questioner that objects raises, now or at the end."""


class Overheard:
    """Asks `answers`, and tells what came of it."""

    def __init__(self, answers: Answers, tell: Tell) -> None:
        self._answers = answers
        self._tell = tell

    def stated(self, old: str, names: Collection[str]) -> str | None:
        new = self._answers.stated(old, names)
        if new is not None:
            self._tell(Asked(f"what has become of {old}?", new))
        return new

    def handed_over(self, names: Collection[str]) -> frozenset[str]:
        return self._answers.handed_over(names)

    def refuse_open(self, *, failed: bool) -> None:
        self._answers.refuse_open(failed=failed)

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        new = self._answers.rename_table(old, candidates)
        return self._told(f"was table {old.key} renamed to {_either(c.key for c in candidates)}?", new)

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        new = self._answers.rename_column(table, old, candidates)
        return self._told(f"was column {table}.{old.name} renamed to {_either(c.name for c in candidates)}?", new)

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        new = self._answers.rename_label(enum, old, candidates)
        return self._told(f"was {old!r} of enum {enum} renamed to {_either(candidates)}?", new)

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        sql = self._answers.fill(table, column, reason)
        return self._told(f"column {table.key}.{column.name} {reason}: what shall they hold?", sql)

    def drop_table(self, table: TableState) -> None:
        self._answers.drop_table(table)
        self._told(f"may table {table.key} go with its rows?", GOES_ON)

    def drop_column(self, table: str, column: ColumnState, reason: str) -> None:
        self._answers.drop_column(table, column, reason)
        self._told(f"column {table}.{column.name} {reason}: may it go with its values?", GOES_ON)

    def convert(self, table: TableState, old: ColumnState, new: ColumnState, loss: Loss) -> str | None:
        sql = self._answers.convert(table, old, new, loss)
        return self._told(f"rows of {table.key}.{new.name} may hold {loss.what}: how are they converted?", sql)

    def one_value(self, table: TableState, column: ColumnState, value: str) -> str | None:
        sql = self._answers.one_value(table, column, value)
        return self._told(f"column {table.key}.{column.name} is unique: what shall old rows hold?", sql)

    def _told(self, question: str, answer: str | None) -> str | None:
        self._tell(Asked(question, answer))
        return answer


def _either(names: Iterable[str]) -> str:
    return " or ".join(names)
