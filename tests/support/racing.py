"""Many real processes at once: a program that forks them, lets all of them go at one instant, and tells how each ended.

Forking spares each of them the second that starting costs, so that thirty really meet.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from support.databases import Database

TESTS = Path(__file__).parents[1]


def race(what: str, database: Database, folder: Path, many: int) -> list[str]:
    """What each of `many` processes said at its end: `migrate` the number of steps, `ensure` nothing; or its error."""
    with start(what, database, folder, many) as process:
        out, err = process.communicate(timeout=120)
    if process.returncode:
        raise AssertionError(out + err)
    said: list[str] = json.loads(out)
    return said


def start(what: str, database: Database, folder: Path, many: int = 1) -> subprocess.Popen[str]:
    """The same, not waited for."""
    url = database.engine.url.render_as_string(hide_password=False)
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-m", "support.racing", what, url, str(folder), str(many)],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _migrate(url: str, folder: str) -> str:
    import minimig

    return str(len(minimig.migrate(sa.create_engine(url, poolclass=NullPool), folder).steps))


def _ensure(url: str, folder: str) -> str:
    from minimig.dialects.registry import lock_for
    from minimig.runtime.recorder import Recorder

    recorder = Recorder()
    with (
        sa.create_engine(url, poolclass=NullPool).connect() as connection,
        lock_for(connection, recorder.table.key, 60),
        connection.begin(),
    ):
        recorder.ensure(connection)
        recorder.journal.ensure(connection)
    return ""


def _hold(url: str, folder: str) -> str:
    from minimig.dialects.registry import lock_for

    with sa.create_engine(url, poolclass=NullPool).connect() as connection, lock_for(connection, "minimig_version", 30):
        print(f"holding {os.getpid()}", flush=True)  # noqa: T201 - read by the test
        signal.pause()  # until it is killed
    return ""


WHAT: dict[str, Callable[[str, str], str]] = {"migrate": _migrate, "ensure": _ensure, "hold": _hold}


def main(what: str, url: str, folder: str, many: str) -> None:
    """Fork, let go, collect."""
    import minimig  # so that no child has to
    import minimig.dialects.mysql.editor
    import minimig.dialects.postgresql.editor
    import minimig.dialects.sqlite.editor  # noqa: F401

    if what == "hold":
        _hold(url, folder)
        return
    gate, opener = os.pipe()
    ends = []
    for _ in range(int(many)):
        answer, said = os.pipe()
        if not os.fork():
            os.close(opener)
            os.read(gate, 1)  # ends when the parent closes the other side
            try:
                text = WHAT[what](url, folder)
            except Exception:  # noqa: BLE001 - told to the test
                text = traceback.format_exc()
            os.write(said, text.encode())
            os._exit(0)
        os.close(said)
        ends.append(answer)
    os.close(opener)
    print(json.dumps([_all_of(end) for end in ends]))  # noqa: T201 - read by `race`


def _all_of(end: int) -> str:
    with os.fdopen(end) as file:
        return file.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
