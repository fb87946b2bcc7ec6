"""Where the benchmarks work: projects of any size for each tool, and databases at the state that a row asks for.

Everything is made once, in processes of its own, below one folder; what is made on servers goes when the bench closes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .measuring import Case, surroundings

REPOSITORY = Path(__file__).parents[2]
BARE = str(Path(__file__).with_name("bare.py"))
MARKED = {  # how a tool records all migrations without running them
    "minimig": ("-m", "minimig", "migrate", "--fake", "-q"),
    "alembic": ("-m", "alembic", "stamp", "heads"),
    "django": ("manage.py", "migrate", "--fake", "-v", "0"),
}


@dataclass
class Workbench:
    """A folder, a seed, servers, and by what all sizes are multiplied."""

    folder: Path
    seed: int = 1
    scale: float = 1.0
    peers: bool = True
    package: Path = REPOSITORY
    postgresql: str = ""
    mariadb: str = ""
    made: list[str] = field(default_factory=list)

    def size(self, full: int) -> int:
        """A size of the issue's table, scaled; never less than what has something to show."""
        return max(6, round(full * self.scale))

    def project(self, tool: str, kind: str, size: int) -> Path:
        """The folder of a project; see `writing` for the kinds."""
        folder = self.folder / f"{kind}-{size}" / tool
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            words = [tool, kind, str(size), str(self.seed), str(folder)]
            self.python("-m", f"{__package__}.writing", *words, folder=REPOSITORY)
        return folder

    def python(self, *words: str, folder: Path, url: str = "", **variables: str) -> None:
        """Run Python aside from any measuring. Raises with what it said."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=folder,
            env={**surroundings(), **self.variables(url), **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} in {folder} failed:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")

    def variables(self, url: str) -> dict[str, str]:
        """What every process is told."""
        return {"BENCHMARK_URL": url or "sqlite://", "PYTHONPATH": str(self.package)}

    def case(
        self,
        who: str,
        *words: str,
        folder: Path,
        url: str = "",
        before: Callable[[], object] = lambda: None,
        more: Mapping[str, str] | None = None,
    ) -> Case:
        """A case of Python; `words` are its arguments."""
        return Case(who, (sys.executable, *words), folder, {**self.variables(url), **(more or {})}, before)

    # --- databases ----------------------------------------------------------------------------------------------------

    def sqlite(self, name: str) -> str:
        """The URL of a SQLite file."""
        return f"sqlite:///{self.folder / name}.db"

    def at_head(self, tool: str, project: Path) -> str:
        """A SQLite database that has had all migrations, as its rows say."""
        file = self.folder / f"head-{project.parent.name}-{tool}.db"
        if not file.exists():
            self.python(*MARKED[tool], folder=project, url=f"sqlite:///{file}")
        return f"sqlite:///{file}"

    def with_tables(self, server: str, project: Path) -> str:
        """A database with the tables of the models, and rows that say that all migrations were applied."""
        name = f"tables_{project.parent.name.replace('-', '_')}_{project.name}"
        url = self.url(server, name)
        if url not in self.made:
            self.fresh(url)
            self.python(BARE, "create", self.driven(url), folder=project)
            self.python(*MARKED[project.name], folder=project, url=self.driven(url))
        return url

    def url(self, server: str, name: str) -> str:
        """The URL of a database of ours, without a driver's name."""
        if server == "sqlite":
            return self.sqlite(name)
        return f"{getattr(self, server)}/minimig_benchmark_{os.getpid()}_{name}"

    def driven(self, url: str) -> str:
        """The URL as SQLAlchemy is to have it."""
        return url.replace("postgresql://", "postgresql+psycopg://").replace("mariadb://", "mysql+pymysql://")

    def fresh(self, url: str, *statements: str) -> None:
        """Make the database anew, and run statements in it."""
        if url.startswith("sqlite"):
            for end in ("", "-journal", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)
        else:
            self._remade(url)
        if statements:
            self.python(BARE, "execute", self.driven(url), *statements, folder=self.folder)
        self.made.append(url)

    def _remade(self, url: str, *, create: bool = True) -> None:
        base, _, name = url.rpartition("/")
        force = " WITH (FORCE)" if url.startswith("postgresql") else ""
        statements = [f"DROP DATABASE IF EXISTS {name}{force}", *([f"CREATE DATABASE {name}"] if create else [])]
        admin = f"{base}/postgres" if url.startswith("postgresql") else f"{base}/"
        self.python(BARE, "execute", self.driven(admin), *statements, folder=self.folder)

    def close(self) -> None:
        """Leave nothing behind on the servers."""
        for url in dict.fromkeys(self.made):
            if not url.startswith("sqlite"):
                self._remade(url, create=False)


def forget_bytecode(folder: Path) -> None:
    """Make a checkout cold: no bytecode, no headers that were kept."""
    for kept in list(folder.rglob("__pycache__")):
        shutil.rmtree(kept)
