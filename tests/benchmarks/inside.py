"""One step of a command by itself, run in the folder of a project that `writing` wrote: `python inside.py "replay"`.

Each prints the processor seconds that it took without importing anything, so that the step can be told from what is
around it. Where a database is needed, BENCHMARK_URL names it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, "")
from models import metadata

import minimig
from minimig import ops
from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import load_environment
from minimig.state.schema import SchemaState


def project() -> Project:
    """The project in the working directory."""
    return Project(load_environment(load_settings(Path.cwd(), environ=os.environ, overrides={})))


def read_files() -> Callable[[], object]:
    """Read the headers of all revision files, then run them."""
    return lambda: project().migrations


def replay() -> Callable[[], object]:
    """The state that the files lead to, the files being read."""
    loaded = project()
    loaded.migrations  # noqa: B018 - read before the clock starts
    return lambda: loaded.files_state


def drop_everything() -> Callable[[], object]:
    """Find, order and fold the operations that drop all tables."""
    return lambda: minimig.diff(metadata, SchemaState())


def rename_every_table() -> Callable[[], object]:
    """Rename all tables on paper, and find the way back."""
    before = minimig.snapshot(metadata)
    return lambda: _run([ops.RenameTable(key, f"new_{key}") for key in before.tables], before)


def rename_a_column() -> Callable[[], object]:
    """Rename a column of each table on paper, and find the way back."""
    before = minimig.snapshot(metadata)
    return lambda: _run([ops.RenameColumn(key, "code", "word") for key in before.tables], before)


def add_a_label() -> Callable[[], object]:
    """Find, order and fold a new label for each enum."""
    after = sa.MetaData()
    for table in metadata.tables.values():
        table.to_metadata(after)
    for table in after.tables.values():
        if "state" in table.c:
            table.c.state.type = sa.Enum(*table.c.state.type.enums, "lost", name=table.c.state.type.name)
    return lambda: minimig.diff(metadata, after)


def diff_with_the_database() -> Callable[[], object]:
    """What `minimig.diff(connection, metadata)` does."""
    connection = sa.create_engine(os.environ["BENCHMARK_URL"]).connect()
    return lambda: minimig.diff(connection, metadata)


def _run(operations: list[ops.RenameTable] | list[ops.RenameColumn], before: SchemaState) -> None:
    """What every command does with a list of operations: states along it, and the way back."""
    minimig.reverse(operations, before)


STEPS = {
    "read files": read_files,
    "replay": replay,
    "drop everything": drop_everything,
    "rename every table": rename_every_table,
    "rename a column of each table": rename_a_column,
    "add a label to each enum": add_a_label,
    "diff with the database": diff_with_the_database,
}

if __name__ == "__main__":
    step = STEPS[sys.argv[1]]()
    started = time.process_time()
    step()
    print(time.process_time() - started)
