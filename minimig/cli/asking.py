"""Asking a person at the terminal what only a person knows: numbered choices with a default, on stderr."""

from __future__ import annotations

from collections.abc import Sequence

import click

from minimig.state.parts import ColumnState
from minimig.state.tables import TableState


class TerminalQuestioner:
    """The questions of makemigrations, asked with click; Ctrl-C ends the command and writes nothing."""

    def rename_table(self, old: TableState, candidates: Sequence[TableState]) -> str | None:
        """Which of the new tables the old one has become; None when it is gone."""
        choices = [f"renamed to {table.key}" for table in candidates]
        number = choose(f"Table {old.key} is no longer in the models.", [*choices, "dropped, with all its rows"])
        return candidates[number].key if number < len(candidates) else None

    def rename_column(self, table: str, old: ColumnState, candidates: Sequence[ColumnState]) -> str | None:
        """Which of the new columns the old one has become; None when it is gone."""
        choices = [f"renamed to {column.name}" for column in candidates]
        number = choose(
            f"Column {table}.{old.name} is no longer in the models.", [*choices, "dropped, with all its values"]
        )
        return candidates[number].name if number < len(candidates) else None

    def rename_label(self, enum: str, old: str, candidates: Sequence[str]) -> str | None:
        """Which of the new labels the old one has become; None when it is gone."""
        choices = [f"renamed to {label!r}" for label in candidates]
        number = choose(f"Enum {enum} has no value {old!r} any more.", [*choices, "taken away: no row may hold it"])
        return candidates[number] if number < len(candidates) else None

    def fill(self, table: TableState, column: ColumnState, reason: str) -> str | None:
        """SQL for the rows that exist already; None to write the file without."""
        choices = [
            "Give a one-off value now, as SQL",
            "Write it without: the table has no rows, or another step fills it",
            "Stop, I will change the model (a server_default, or nullable)",
        ]
        number = choose(f"Column {table.key}.{column.name}: {reason}.", choices)
        if number == 2:
            raise click.Abort
        if number == 1:
            return None
        sql: str = click.prompt("SQL, such as 0, 'draft' or CURRENT_TIMESTAMP", err=True)
        return sql


def choose(question: str, choices: Sequence[str], default: int = 0) -> int:
    """Ask a question with numbered answers; returns the position of the one chosen."""
    click.echo(question, err=True)
    for number, choice in enumerate(choices, start=1):
        click.echo(f"  {number}) {choice}", err=True)
    numbers = click.Choice([str(number) for number in range(1, len(choices) + 1)])
    answer: str = click.prompt("Choose", type=numbers, show_choices=False, default=str(default + 1), err=True)
    return int(answer) - 1
