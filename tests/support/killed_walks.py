"""A walk along a table that is killed again and again at random statements, each time in a real process.

The program forks; its child migrates and sends itself SIGKILL before or after some statement, and the next child goes
on, until one comes to its end. Printed are the number of kills, and what the table and the journal hold then.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from support.databases import Database
from support.killing import TESTS, kill_at


def walk_with_kills(database: Database, folder: Path, kills: int, furthest: int, seed: int) -> tuple[int, list[int]]:
    """Migrate, killed up to `kills` times within `furthest` statements; the number of kills, and rows by their count.

    The list has the numbers of rows that were changed never, once, and more than once, and the notes that are left.
    """
    url = database.engine.url.render_as_string(hide_password=False)
    words = [database.kind, url, str(folder), str(kills), str(furthest), str(seed)]
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "support.killed_walks", *words]
    environ = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, timeout=900)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    killed, counts = json.loads(done.stdout)
    return killed, counts


def main(kind: str, url: str, folder: str, kills: str, furthest: str, seed: str) -> None:
    """Print what `walk_with_kills` returns."""
    import minimig

    database = Database.at(kind, sa.make_url(url))
    chance = random.Random(int(seed))
    killed = 0
    while True:
        point, after = chance.randint(1, int(furthest)), chance.random() < 0.5
        child = os.fork()
        if not child:
            if killed < int(kills):
                kill_at(database.engine, point, after=after)
            minimig.migrate(database.engine, folder)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        killed += 1
    if os.waitstatus_to_exitcode(status):
        raise SystemExit("the last run failed")
    sums = ", ".join(f"sum(CASE WHEN n {how} 1 THEN 1 ELSE 0 END)" for how in ("<", "=", ">"))
    with database.engine.connect() as connection:
        counts = [int(value) for value in connection.exec_driver_sql(f"SELECT {sums} FROM words").one()]
        notes = connection.exec_driver_sql("SELECT count(*) FROM minimig_journal").scalar_one()
    print(json.dumps([killed, [*counts, notes]]))  # noqa: T201 - read by `walk_with_kills`


if __name__ == "__main__":
    main(*sys.argv[1:])
