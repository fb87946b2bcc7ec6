"""A project in a folder, and the `minimig` command run in it.

`run` calls the command line inside this process, which saves the second that a new one needs; modules of the project
are forgotten afterwards, so that changed models are read again. `spawn` starts a process, as a user does.
"""

from __future__ import annotations

import importlib
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from minimig.cli.main import main

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
    """A folder with sources; `url` is the database that the command is told about.

    What Python compiles, and what minimig keeps, is not written, since models may change twice in one second; with
    `keeps` it is.
    """

    path: Path
    url: str | None = None
    keeps: bool = False

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

    def run(self, *arguments: str, env: dict[str, str] | None = None, together: bool = False) -> Result:
        """Run `minimig` with these arguments here, without a terminal; `together` has all of it in `out`, in order."""
        out = io.StringIO()
        err = out if together else io.StringIO()
        code = self.run_into(out, err, arguments, env)
        return Result(code, out.getvalue(), err.getvalue())

    def run_into(self, out: TextIO, err: TextIO, arguments: Sequence[str], env: dict[str, str] | None = None) -> int:
        """The same with streams of the caller's; returns the exit code."""
        before = dict(os.environ)
        stdin, sys.stdin = sys.stdin, io.StringIO()
        bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, not self.keeps
        os.environ.clear()
        os.environ.update(self._variables(env))
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main(["-C", str(self.path), *arguments])
        except SystemExit as stop:
            return stop.code if isinstance(stop.code, int) else 1
        finally:
            sys.stdin = stdin
            sys.dont_write_bytecode = bytecode
            os.environ.clear()
            os.environ.update(before)
            self._forget_modules()
        raise AssertionError("the command line returned instead of leaving")

    def spawn(self, *arguments: str, env: dict[str, str] | None = None) -> Result:
        """Run `minimig` with these arguments as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "minimig", *arguments],
            cwd=self.path,
            env=self._variables(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def _variables(self, more: dict[str, str] | None) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("MINIMIG_") and k != "DATABASE_URL"}
        kept |= {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
        return {**kept, **({} if self.url is None else {"MINIMIG_URL": self.url}), **(more or {})}

    def _forget_modules(self) -> None:
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            # A package without __init__.py has no file, only folders.
            places = [file] if file else list(getattr(module, "__path__", ()))
            if any(Path(place).is_relative_to(self.path) for place in places if isinstance(place, str)):
                del sys.modules[name]
        importlib.invalidate_caches()

    def ok(self, *arguments: str) -> Result:
        """Run a command that must succeed."""
        result = self.run(*arguments)
        assert result.code == 0, result.text
        return result
