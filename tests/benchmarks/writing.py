"""Writes a project: `python -m tests.benchmarks.writing TOOL KIND SIZE SEED FOLDER`, in a process of its own.

KIND is `line` or `branches`, a history of SIZE migrations, or `schema`, SIZE tables made by one migration.
"""

from __future__ import annotations

import sys
from pathlib import Path

from . import as_alembic, as_django, as_minimig
from .history import history
from .world import schema

TOOLS = {"minimig": as_minimig, "alembic": as_alembic, "django": as_django}


def write(tool: str, kind: str, size: int, seed: int, folder: Path) -> None:
    """Write the project into a folder that is not there yet."""
    if kind == "schema":
        TOOLS[tool].write_schema(schema(size, seed), folder)
    else:
        TOOLS[tool].write_history(history(size, seed, branchy=kind == "branches"), folder)


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
