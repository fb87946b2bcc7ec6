"""How long commands take as a project grows: user CPU seconds, ratios to importing the models, growth exponents.

    python tests/benchmarks/run.py 250 500 1000 2000            # every command, as many revisions as tables
    python tests/benchmarks/run.py 500 1000 --only check --times 3
    python tests/benchmarks/run.py 1000 --package ../other      # another copy of minimig, for before and after

Every command is a process of its own, its formatter included, as a user pays for it; what is called `inside` is one
step by itself, without what its process imports. The least of several runs counts, since a machine adds time and never
takes any away. An exponent of 1 means twice the tables, twice the time.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from project import add_a_column, change_every_table, write_project

IMPORT = "importing the models"
IN_PROCESS = Path(__file__).parent / "inside.py"


@dataclass(frozen=True)
class Case:
    """One thing to measure: arguments for Python, run in a copy of the project that `prepare` may change."""

    name: str
    arguments: tuple[str, ...]
    prepare: Callable[[Path], None] = lambda _folder: None
    database: str | None = None


def minimig(*words: str) -> tuple[str, ...]:
    """Arguments for Python that run a command."""
    return ("-m", "minimig", *words)


def forget_files(folder: Path) -> None:
    """Let the history begin anew."""
    shutil.rmtree(folder / "migrations")


def forget_times(folder: Path) -> None:
    """Let the files be old enough for their headers to be kept, and keep them."""
    for path in (folder / "migrations").iterdir():
        os.utime(path, (10**9, 10**9))
    time.sleep(2.1)  # the time at which their times were set counts as well
    subprocess.run([sys.executable, *minimig("heads")], cwd=folder, capture_output=True, check=True)


CASES = (
    Case(IMPORT, ("-c", "import shop")),
    Case("--version", minimig("--version")),
    Case("graph: history", minimig("heads")),
    Case("migrate at rest", minimig("migrate"), forget_times, database="sqlite"),
    Case("current", minimig("current"), forget_times, database="sqlite"),
    Case("showmigrations", minimig("showmigrations"), forget_times, database="sqlite"),
    Case("history", minimig("history"), forget_times),
    Case("makemigrations, nothing to do", minimig("makemigrations")),
    Case("makemigrations, one change", minimig("makemigrations"), add_a_column),
    Case("makemigrations, each table changed", minimig("makemigrations"), change_every_table),
    Case("makemigrations, all from nothing", minimig("makemigrations"), forget_files),
    Case("check --models", minimig("check", "--models")),
    Case("check --database, SQLite", minimig("check", "--database"), database="sqlite"),
    Case("check --database, PostgreSQL", minimig("check", "--database"), database="postgresql"),
    *(
        Case(f"inside: {part}, {kind}" if kind else f"inside: {part}", (str(IN_PROCESS), part), database=kind)
        for part, kind in (
            ("read files", None),
            ("replay", None),
            ("drop everything", None),
            ("rename every table", None),
            ("rename a column of each table", None),
            ("add a label to each enum", None),
            ("diff with the database", "sqlite"),
            ("diff with the database", "postgresql"),
        )
    ),
)


def main() -> None:
    """Measure, and print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("sizes", type=int, nargs="+", help="numbers of tables")
    words.add_argument("--revisions", type=int, help="number of revisions; as many as tables when left out")
    words.add_argument("--only", default="", help="only cases whose name has this in it")
    words.add_argument("--times", type=int, default=2, help="how often each is run")
    words.add_argument("--package", default=str(Path(__file__).parents[2]), help="folder that holds minimig")
    words.add_argument("--postgresql", default="postgresql+psycopg://postgres@127.0.0.1:5432", help="a server's URL")
    options = words.parse_args()
    cases = [case for case in CASES if options.only in case.name or case.name == IMPORT]
    found: dict[str, list[float]] = {case.name: [] for case in cases}
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            bench = _Bench(Path(folder), size, options.revisions or size, options)
            try:
                for case in cases:
                    found[case.name].append(bench.seconds(case))
                    print(f"{size:6} {case.name:45} {found[case.name][-1]:8.2f} s", file=sys.stderr, flush=True)
            finally:
                bench.close()
    _print_table(options.sizes, found)


def _print_table(sizes: list[int], found: dict[str, list[float]]) -> None:
    print(f"{'user CPU seconds':45}" + "".join(f"{size:>9}" for size in sizes) + "  x import  exponent")
    for name, seconds in found.items():
        ratio = seconds[-1] / found[IMPORT][-1]
        exponent = "-"
        if len(sizes) > 1:
            exponent = f"{math.log(seconds[-1] / seconds[-2]) / math.log(sizes[-1] / sizes[-2]):.2f}"
        print(f"{name:45}" + "".join(f"{each:9.2f}" for each in seconds) + f"{ratio:10.1f}{exponent:>10}")


class _Bench:
    """A project of one size, and the databases that hold its schema."""

    def __init__(self, folder: Path, tables: int, revisions: int, options: argparse.Namespace) -> None:
        self.folder, self.options = folder, options
        self.original = folder / "original"
        write_project(self.original, tables, revisions)
        self.urls = {
            "sqlite": f"sqlite:///{folder / 'shop.db'}",
            "postgresql": f"{options.postgresql}/minimig_benchmark_{os.getpid()}",
        }
        self.ready: set[str] = set()

    def seconds(self, case: Case) -> float:
        """The least user CPU time of several runs."""
        if case.database and case.database not in self.ready:
            self._create(case.database)
        taken = []
        for _ in range(self.options.times):
            copy = self.folder / "copy"
            shutil.copytree(self.original, copy)
            case.prepare(copy)
            self._run(("-c", "import shop"), copy, None)  # leaves bytecode, as there is on any but the first day
            taken.append(self._run(case.arguments, copy, case.database))
            shutil.rmtree(copy)
        return min(taken)

    def close(self) -> None:
        """Leave no database behind on the server."""
        self._admin("DROP DATABASE IF EXISTS {}")

    def _run(self, arguments: tuple[str, ...], folder: Path, database: str | None) -> float:
        url = {"MINIMIG_URL": self.urls[database]} if database else {}
        python_path = os.pathsep.join([self.options.package, str(folder)])
        environment = {**os.environ, **url, "PYTHONPATH": python_path}
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{arguments} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        if arguments[0] == str(IN_PROCESS):  # it has a clock of its own, which leaves out what it imports
            return float(done.stdout)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    def _create(self, database: str) -> None:
        """A database with the tables of the models, and a version table that says so."""
        if database == "postgresql":
            self._admin("CREATE DATABASE {}")
        self._run((str(IN_PROCESS), "create"), self.original, database)
        self._run(minimig("migrate", "--fake"), self.original, database)
        self.ready.add(database)

    def _admin(self, statement: str) -> None:
        url = self.urls["postgresql"]
        engine = sa.create_engine(f"{self.options.postgresql}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement.format(url.rpartition("/")[2]))
        engine.dispose()


if __name__ == "__main__":
    main()
