"""What is done with each file that was written: its app's head file, the project's commands, and its env function.

In: the paths of new files, on disk already. Each command of `post_write` is run once for each of them, without a shell,
in the project's folder; `{path}` stands for the file, which otherwise comes last. A failure is told and takes nothing
back: the files are whole.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path

from minimig.commands.head_files import write_head_files
from minimig.commands.project import Project
from minimig.config_sources import secrets_of
from minimig.errors import FileError


def after_writing(project: Project, paths: Iterable[Path]) -> None:
    """Write the head files anew, then run the project's commands and its function for each new file.

    Raises FileError, or HookError for the function.
    """
    paths = tuple(paths)
    write_head_files(project, {path.parent for path in paths})
    for path in paths:
        for command in project.settings.post_write:
            try:
                _run(command, path, project.settings.root)
            except FileError as error:  # a command may print what it finds in its environment
                error.masked(secrets_of(project.settings))
                raise
        if project.environment.written is not None:
            project.environment.written(path)


def _run(command: str, path: Path, folder: Path) -> None:
    words = shlex.split(command)
    named = any("{path}" in word for word in words)
    words = [word.replace("{path}", str(path)) for word in words] if named else [*words, str(path)]
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    except OSError as error:
        raise _failed(command, path, error.strerror or str(error)) from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise _failed(command, path, f"exit code {done.returncode}{f': {said[:300]}' if said else ''}")


def _failed(command: str, path: Path, why: str) -> FileError:
    return FileError(
        f"`{command}` of post_write failed: {why}",
        where=str(path),
        hint="the file is written and whole; run the command by hand, or mend post_write in the configuration",
    )
