"""`--help` on a narrow terminal: click formats for 50 characters at least, and halves them between option and text."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from minimig.cli.terminal import NARROWEST, width_of

CLICKS_LEAST = 52


class NarrowFormatter(click.HelpFormatter):
    """Options leave their text two thirds of the width; longer ones have it below."""

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl(rows, min(col_max, self.width // 3), col_spacing)


class HelpContext(click.Context):
    """The context of every command: its help is as narrow as the terminal."""

    def make_formatter(self) -> click.HelpFormatter:
        columns = None if sys.stdout is None else width_of(sys.stdout)
        if columns is None or columns >= CLICKS_LEAST:
            return super().make_formatter()
        return NarrowFormatter(width=max(columns - 2, NARROWEST))
