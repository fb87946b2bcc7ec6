"""Asking a person at the terminal what only a person knows: numbered choices with a default, on stderr.

Each question is a line that says what is the matter, its choices, and an empty line behind the answer. Return alone
never gives up what cannot be had back.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from minimig.autogenerate.narrowing import Loss
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState

STOP = "Stop, and write nothing"


class TerminalQuestioner:
    """The questions of makemigrations, asked with click; Ctrl-C ends the command and writes nothing."""

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        """Which of the new tables the old one has become; None when it is gone."""
        choices = [f"Renamed to {table.key}" for table in candidates]
        number = choose(f"Table {old.key} is no longer in the models.", [*choices, "Dropped, with all its rows"])
        return candidates[number].key if number < len(candidates) else None

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        """Which of the new columns the old one has become; None when it is gone."""
        choices = [f"Renamed to {column.name}" for column in candidates]
        number = choose(
            f"Column {table}.{old.name} is no longer in the models.", [*choices, "Dropped, with all its values"]
        )
        return candidates[number].name if number < len(candidates) else None

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        """Which of the new labels the old one has become; None when it is gone."""
        choices = [f"Renamed to {label!r}" for label in candidates]
        number = choose(f"Enum {enum} has no value {old!r} any more.", [*choices, "Taken away: no row may hold it"])
        return candidates[number] if number < len(candidates) else None

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        """SQL for the rows that exist already; None to write the file without."""
        choices = [
            "Give a one-off value now, as SQL",
            "Write it without: the table has no rows, or another step fills it",
            f"{STOP}: I will change the model (a server_default, or nullable)",
        ]
        number = choose(f"Column {table.key}.{column.name} {reason}.", choices, stop=2)
        return None if number else ask_sql("such as 0, 'draft' or CURRENT_TIMESTAMP")

    def drop_table(self, table: TableState) -> None:
        """Goes on when the table may be dropped."""
        self._drop(f"Table {table.key} is no longer in the models.", "Drop it, with all its rows")

    def drop_column(self, table: str, column: ColumnState, reason: str) -> None:
        """Goes on when the column may be dropped."""
        self._drop(f"Column {table}.{column.name} {reason}.", "Drop it, with its values")

    def convert(self, table: TableState, old: ColumnState, new: ColumnState, loss: Loss) -> str | None:
        """SQL for the values in their new type; None to write the change alone."""
        refused = "PostgreSQL and MariaDB refuse one that does not, SQLite keeps it"
        cut = "databases round or cut one that does not, SQLite may keep it"
        name = f"{table.key}.{new.name}"
        choices = [
            f"Write it: all values fit ({cut if loss.silent else refused})",
            "Give SQL that converts the values",
            STOP,
        ]
        question = f"Column {name} becomes {new.type.sa_type} from {old.type.sa_type}: rows may hold {loss.what}."
        number = choose(question, choices, 2 if loss.silent else 0, stop=2)
        return ask_sql(f"such as substr({new.name}, 1, 40)") if number else None

    def one_value(self, table: TableState, column: ColumnState, value: str) -> str | None:
        """Other SQL for the rows of a unique column; None to keep the value."""
        choices = [
            "Give SQL that differs for each row",
            "Write it: at most one row gets the value",
            STOP,
        ]
        question = f"Column {table.key}.{column.name} is unique, and all rows that lack a value get {value}."
        number = choose(question, choices, stop=2)
        return None if number else ask_sql("such as id, or gen_random_uuid() on PostgreSQL")

    def _drop(self, question: str, choice: str) -> None:
        choose(question, [choice, STOP], 1, stop=1)


def ask_sql(example: str) -> str:
    """SQL, on a line of its own."""
    sql: str = click.prompt(f"  SQL, {example}", prompt_suffix="\n  > ", err=True)
    click.echo(err=True)
    return sql


def choose(question: str, choices: Sequence[str], default: int = 0, *, stop: int | None = None) -> int:
    """Ask a question with numbered answers; returns the position of the one chosen. Raises Abort for `stop`."""
    click.echo(question, err=True)
    for number, choice in enumerate(choices, start=1):
        click.echo(f"  {number}) {choice}", err=True)
    numbers = click.Choice([str(number) for number in range(1, len(choices) + 1)])
    answer: str = click.prompt("Choose", type=numbers, show_choices=False, default=str(default + 1), err=True)
    click.echo(err=True)
    if int(answer) - 1 == stop:
        raise click.Abort
    return int(answer) - 1
