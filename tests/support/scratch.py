"""What `scratch_database` has left on a server, while other test processes make and drop some of their own."""

from __future__ import annotations

import time
from collections.abc import Collection

import sqlalchemy as sa

QUESTIONS = {"postgresql": "SELECT datname FROM pg_database", "mysql": "SHOW DATABASES"}
PATIENCE = 90  # seconds; no test keeps one as long


def scratch_names(engine: sa.Engine) -> set[str]:
    """The scratch databases on the server of `engine`; none on SQLite, where they are files."""
    question = QUESTIONS.get(engine.dialect.name)
    if question is None:
        return set()
    with engine.connect() as connection:
        names = connection.exec_driver_sql(question).scalars().all()
    return {name for name in names if name.startswith("minimig_scratch_")}


def scratch_left(engine: sa.Engine, before: Collection[str]) -> set[str]:
    """Those that were not there `before` and stay. What belongs to another process goes while this waits."""
    left = scratch_names(engine) - set(before)
    until = time.monotonic() + PATIENCE
    while left and time.monotonic() < until:
        time.sleep(0.5)
        left &= scratch_names(engine)
    return left
