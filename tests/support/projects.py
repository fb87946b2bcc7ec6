"""A project in a folder, and the `minimig` command run in it as a user runs it: as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class ProjectFolder:
    """A folder with sources; `url` is the database that the command is told about."""

    path: Path
    url: str | None = None

    def write(self, name: str, text: str) -> Path:
        """Write a file, with its folders."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def read(self, name: str) -> str:
        """The text of the one file that matches a pattern."""
        [file] = self.path.glob(name)
        return file.read_text()

    def files(self, pattern: str) -> list[str]:
        """Relative names of matching files, sorted."""
        return sorted(str(f.relative_to(self.path)) for f in self.path.glob(pattern) if f.name != "__init__.py")

    def run(self, *arguments: str, stdin: str | None = None, env: dict[str, str] | None = None) -> Result:
        """Run `minimig` with these arguments, without a terminal."""
        variables = {k: v for k, v in os.environ.items() if not k.startswith("MINIMIG_") and k != "DATABASE_URL"}
        variables |= {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
        if self.url is not None:
            variables["MINIMIG_URL"] = self.url
        done = subprocess.run(
            [sys.executable, "-m", "minimig", *arguments],
            cwd=self.path,
            env={**variables, **(env or {})},
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str) -> Result:
        """Run a command that must succeed."""
        result = self.run(*arguments)
        assert result.code == 0, result.text
        return result
