"""A script run by the command-line client of its database, or by the driver where there is no client."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator

from support.databases import Database


def execute(database: Database, script: str) -> None:
    """Run a script with the database's own command-line client, or with its driver where there is none."""
    url = database.engine.url
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    commands = {
        "sqlite": ["sqlite3", str(url.database)],
        "postgresql": ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", plain],
        "mariadb": ["mariadb", f"-h{url.host}", f"-P{url.port or 3306}", f"-u{url.username}", str(url.database)],
    }  # fmt: skip
    command = commands[database.kind]
    if shutil.which(command[0]) is None:
        by_driver(database, script)
        return
    environment = {**os.environ, "MYSQL_PWD": url.password or ""}
    done = subprocess.run(
        command, input=script, text=True, capture_output=True, timeout=60, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{done.stderr}\n{script}"


def by_driver(database: Database, script: str) -> None:
    """Run a script over the driver."""
    if database.kind == "sqlite":
        with sqlite3.connect(str(database.engine.url.database)) as driver:
            driver.executescript(script.replace(".bail on\n", ""))
        driver.close()
        return
    statements = [script] if database.kind == "postgresql" else _statements(script)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT", no_parameters=True) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _statements(script: str) -> Iterator[str]:
    """The statements as the mariadb client takes them apart: each ends with its line, by the sign of the moment."""
    sign, lines = ";", []
    for line in script.splitlines():
        if line.startswith("DELIMITER "):
            sign = line.partition(" ")[2]
        elif line.endswith(sign):
            yield "\n".join([*lines, line.removesuffix(sign)])
            lines = []
        elif lines or (line and not line.startswith("--")):
            lines.append(line)
