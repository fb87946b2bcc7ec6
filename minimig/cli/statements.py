"""What `-vv` shows of a run: each statement that goes to the database, and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import sqlalchemy as sa

from minimig.masking import mask_text


@contextmanager
def statements_shown(engine: sa.Engine, wanted: bool) -> Iterator[None]:
    """Print each statement of the engine on stderr with its time, for as long as the block lasts. No values."""
    if not wanted:
        yield
        return
    began: list[float] = []

    def before(*_: Any) -> None:
        began[:] = [time.perf_counter()]

    def after(_connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        took = time.perf_counter() - began[0]
        click.echo(click.style(f"    {took:8.4f}s  {mask_text(' '.join(statement.split()))}", dim=True), err=True)

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", before)
        sa.event.remove(engine, "after_cursor_execute", after)
