"""Runs that are killed: a program that migrates a database again and again, each time killed at another point.

The program forks, and its child sends itself SIGKILL before or after the n-th statement that goes to the driver; so a
real process dies with its connection open, at every point there is, in a fraction of a second each. Then the parent
runs the same migration to its end and compares schema, rows, version table and journal with those of an undisturbed
run.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from support.databases import Database

EVENTS = {False: "before_cursor_execute", True: "after_cursor_execute"}
TESTS = Path(__file__).parents[1]


def sweep(
    database: Database, folder: Path, start: str, end: str, *, after: bool, most: int = 1000
) -> tuple[int, list[str]]:
    """Kill the way from `start` to `end` at each statement, or at `most` of them; how many, and what went wrong."""
    url = database.engine.url.render_as_string(hide_password=False)
    command = [
        sys.executable,
        "-m",
        "support.killing",
        database.kind,
        url,
        str(folder),
        start,
        end,
        str(int(after)),
        str(most),
    ]
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    environ = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environ, timeout=1000 if most > 100 else 110
    )
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    points, wrong = json.loads(done.stdout)
    return points, wrong


def everything(database: Database) -> tuple[Any, ...]:
    """The schema, the rows of all tables, the version table without its times, and how much the journal holds."""
    import minimig

    with database.engine.connect() as connection:
        state = minimig.reflect(connection)
        rows = {key: _rows(connection, key, "*") for key in state.tables}
        version = _rows(connection, "minimig_version", "app, name, checksum, file_checksum, tool, way_back, unfinished")
        there = sa.inspect(connection).has_table("minimig_journal")
        notes = _rows(connection, "minimig_journal", "name, operation, piece, status") if there else []
        return state, rows, version, notes


def _rows(connection: sa.Connection, table: str, columns: str) -> list[tuple[Any, ...]]:
    query = sa.select(sa.text(columns)).select_from(sa.table(table))
    return sorted((tuple(row) for row in connection.execute(query)), key=repr)


def kill_at(engine: sa.Engine, point: int, *, after: bool) -> None:
    """Let this process die before or after the `point`-th statement on any connection of `engine`."""
    sent = [0]

    def count(*call: Any) -> None:
        sent[0] += 1
        if sent[0] == point:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(engine, EVENTS[after], count)


def main(kind: str, url: str, folder: str, start: str, end: str, after: str, most: str) -> None:
    """Print the number of points, and what was not as it should be after a rerun."""
    import minimig

    def prepared() -> Database:
        database = Database.at(kind, sa.make_url(url))
        database.clear()
        for target in (start,) if start < end else ("head", start):
            minimig.migrate(database.engine, folder, target=target)
        return database

    database = prepared()
    sent: list[str] = []
    sa.event.listen(database.engine, EVENTS[after == "1"], lambda *call: sent.append(call[2]))
    minimig.migrate(database.engine, folder, target=end)
    counted = len(sent)
    wanted = everything(database)
    places = range(1, counted + 1)
    wrong: list[str] = []
    for point in random.sample(places, min(int(most), len(places))):
        database = prepared()
        if not _killed(database, folder, end, point, after=after == "1"):
            wrong.append(f"point {point}: the run came to its end")
        where = f"point {point} of {len(places)} ({' '.join(sent[point - 1].split())[:80]})"
        wrong += (f"{where}: {problem}" for problem in _rerun(database, folder, end, wanted))
    print(json.dumps([len(places), wrong]))  # noqa: T201 - read by `sweep`


def _killed(database: Database, folder: str, target: str, point: int, *, after: bool) -> bool:
    """Migrate in a child that dies at a point; False when it came to its end first."""
    import minimig

    child = os.fork()
    if not child:
        kill_at(database.engine, point, after=after)
        minimig.migrate(database.engine, folder, target=target)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _rerun(database: Database, folder: str, target: str, wanted: Sequence[Any]) -> list[str]:
    import minimig
    from minimig.errors import MinimigError

    try:
        minimig.migrate(database.engine, folder, target=target)
    except MinimigError as error:
        return [str(error)]
    names = ("schema", "rows", "version table", "journal")
    pairs = zip(names, everything(database), wanted, strict=True)
    return [f"the {name} differs:\n{found}\n{right}" for name, found, right in pairs if found != right]


if __name__ == "__main__":
    main(*sys.argv[1:])
