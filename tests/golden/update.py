"""Writes the expected files of the golden folders, or of those that are named.

    python tests/golden/update.py [FOLDER ...]

Asks the three real databases, as the tests do (`support.servers` tells how they are found). Look at the difference
before it is committed: what is written here is what the tests will call right.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.databases import Database, sqlite_in
from support.golden import Case, cases, record
from support.servers import server


def main(names: list[str]) -> None:
    """Write the files."""
    with (
        server("postgresql") as postgresql,
        server("mariadb") as mariadb,
        postgresql.fresh() as one,
        mariadb.fresh() as other,
        tempfile.TemporaryDirectory() as folder,
    ):
        databases = {"sqlite": sqlite_in(Path(folder)), "postgresql": one, "mariadb": other}
        for case in cases():
            if not names or case.path.name in names:
                update(case, databases)


def update(case: Case, databases: Mapping[str, Database]) -> None:
    """Write the files of one folder."""
    words = {kind: case.seen(database) for kind, database in databases.items()}
    for name, text in {**case.expected(), "seen.txt": record(words)}.items():
        (case.path / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
