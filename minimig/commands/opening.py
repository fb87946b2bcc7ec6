"""`edit`: the files that words name, an editor for them, and what is wrong with them afterwards."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from minimig.commands.history import show
from minimig.commands.project import Project
from minimig.errors import MinimigError, TargetError, UsageError
from minimig.revisions.header import read_header

EDITORS = ("sensible-editor", "editor", "nano", "vim", "vi", "notepad.exe")


def files_to_edit(project: Project, words: Sequence[str]) -> dict[Path, str]:
    """The files that words name, as `show` takes them, with the app of each; also a file that cannot be read.

    Raises TargetError for a word that names nothing.
    """
    found: dict[Path, str] = {}
    for word in words:
        try:
            entries = show(project, [word]).entries
        except TargetError:
            broken = list(_by_name(project, word))
            if len(broken) != 1:
                raise
            found.update(broken)
            continue
        found.update({Path(entry.path): entry.revision.partition(".")[0] for entry in entries})
    if not found:
        raise TargetError(f"{' '.join(words)} names no revision file", hint="see minimig history")
    return found


def open_editor(paths: Sequence[Path], environ: Mapping[str, str]) -> None:
    """Open files in $VISUAL, $EDITOR or an editor that is installed, and wait.

    Raises UsageError when there is none or its quotes do not close, MinimigError when it fails.
    """
    named = environ.get("VISUAL") or environ.get("EDITOR")
    try:
        command = shlex.split(named, posix=os.name != "nt") if named else []
    except ValueError as error:
        hint = "mend the quotes in VISUAL or EDITOR"
        raise UsageError(f"the editor {named!r} is no command: {error}", hint=hint) from error
    program = shutil.which(command[0]) if command else next(filter(None, map(shutil.which, EDITORS)), None)
    if program is None:
        raise UsageError(
            f"the editor {command[0]!r} cannot be found" if command else "no editor is known",
            hint="set VISUAL or EDITOR to the one you use, for example: export EDITOR=nano",
        )
    try:
        done = subprocess.run([program, *command[1:], *map(str, paths)], check=False)  # noqa: S603 - the user's editor
    except OSError as error:
        raise MinimigError(f"the editor {program} cannot be started: {error.strerror}", hint="set EDITOR") from error
    if done.returncode:
        raise MinimigError(f"the editor {program} ended with code {done.returncode}", hint="see what it said above")


def check_edited(project: Project, files: Mapping[Path, str]) -> None:
    """Raise the first thing that is wrong with the header of one of the files, or with its place in the graph.

    `project` has to be a fresh one, which has not read the files before.
    """
    for path, app in files.items():
        read_header(path, app)
    for problem in project.survey.problems:
        if problem.where and any(problem.where.startswith(str(path)) for path in files):
            raise problem


def _by_name(project: Project, word: str) -> Iterator[tuple[Path, str]]:
    app, dot, name = word.partition(".")
    for label, folder in project.folders.items():
        wanted = name if dot and app == label else word
        if folder.is_dir():
            yield from ((path, label) for path in sorted(folder.glob("*.py")) if path.stem.startswith(wanted))
