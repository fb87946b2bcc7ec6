"""Sample applications, each copied into a folder of its own, and the real command lines run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.projects import REPOSITORY


@dataclass(frozen=True)
class Sample:
    """A copy of a sample application; `url` is the DATABASE_URL that it is started with."""

    folder: Path
    site: Path
    url: str | None = None

    def run(self, *words: str, code: int = 0) -> str:
        """Run `python WORDS` here; returns what was printed, on both streams. The exit code has to be `code`."""
        done = self._run(*words)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def python(self, code: str) -> str:
        """Run some lines here; returns what they print on stdout."""
        done = self._run("-c", code)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("MINIMIG_", "FLASK_", "LITESTAR_"))}
        variables.pop("DATABASE_URL", None)
        path = os.pathsep.join([str(REPOSITORY), str(self.site)])
        variables |= {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "TERM": "dumb"}
        variables |= {} if self.url is None else {"DATABASE_URL": self.url}
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def migrations(self, below: str = "migrations") -> list[str]:
        """The names of the revision files."""
        return sorted(path.name for path in (self.folder / below).glob("0*.py"))


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., Sample]:
    """Copy a sample application, or with None make an empty folder.

    minimig's entry points are those of pyproject.toml, as if it were installed anew.
    """
    site = tmp_path / "site"
    info = site / "minimig_of_this_checkout-0.dist-info"
    info.mkdir(parents=True)
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = []
    for group, targets in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in targets.items())]
    (info / "entry_points.txt").write_text("\n".join(lines))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: minimig-of-this-checkout\nVersion: 0\n")

    def copy(name: str | None, url: str | None = None) -> Sample:
        folder = tmp_path / (name or "empty")
        if name is None:
            folder.mkdir()
            return Sample(folder, site, url)
        shutil.copytree(Path(__file__).parent / name, folder, ignore=shutil.ignore_patterns("__pycache__"))
        return Sample(folder, site, url)

    return copy
