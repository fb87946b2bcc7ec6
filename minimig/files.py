"""Putting files on disk: whole or not at all, all of them or none, and never over an existing one by accident.

In come paths and bytes. Each content is written under a name of its own in the same folder and synced. Only when all
of them are there does each get its real name: by a link, which fails if that name is taken, or, where a file may be
replaced, by a rename; what goes away is set aside by a rename first. Whatever was done is undone when a later step
fails. Only a machine that stops in the middle of several renames can leave a part of them, each file whole.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from pathlib import Path

from minimig.errors import FileError


def write_files(
    files: Mapping[Path, bytes],
    *,
    replacing: Collection[Path] = (),
    removing: Collection[Path] = (),
    seen: Mapping[Path, bytes] | None = None,
    moved: Mapping[Path, Path] | None = None,
) -> None:
    """Write files, creating folders. Only those in `replacing` may exist already; they come last, then the removals.

    `seen` is what was read of files that are replaced or removed: one that has changed since is not touched. `moved`
    gives for a new file the old one whose permissions it takes. Raises FileError, and leaves all as it was, if another
    one exists or one cannot be written.
    """
    with ExitStack() as undo:
        staged = [
            (path, _stage(path, content, undo, path in replacing, (moved or {}).get(path, path)))
            for path, content in files.items()
        ]
        for path, content in (seen or {}).items():
            _refuse_change(path, content)
        kept: list[Path] = []
        for path, temporary in sorted(staged, key=lambda pair: pair[0] in replacing):
            if path in replacing and path.exists():
                kept.append(_set_aside(path.resolve(), undo, copy=True))
            _publish(temporary, path, undo, replace=path in replacing)
        kept += [_set_aside(path, undo, copy=False) for path in removing]
        undo.pop_all()
    for temporary in [*(temporary for _, temporary in staged), *kept]:
        temporary.unlink(missing_ok=True)
    for folder in {path.parent for path in (*files, *removing)}:
        _sync_folder(folder)


def _refuse_change(path: Path, content: bytes) -> None:
    try:
        now = path.read_bytes()
    except OSError as error:
        raise _refused(path, error) from error
    if now != content:
        raise FileError(
            "the file has changed while this command was at work, and is not overwritten",
            where=str(path),
            hint="run the command again; nothing was changed",
        )


def _set_aside(path: Path, undo: ExitStack, *, copy: bool) -> Path:
    """The old content under another name, from where it comes back if a later step fails."""
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.old")
    try:
        if copy:
            shutil.copy2(path, aside)
        else:
            path.rename(aside)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise _refused(path, error) from error
    undo.callback(aside.replace, path)
    return aside


def _stage(path: Path, content: bytes, undo: ExitStack, replace: bool, like: Path) -> Path:
    """The content under a temporary name beside `path`, with the permissions of `like` if that is there."""
    if path.exists() and not replace:
        raise _exists(path)
    target = path.resolve()  # a link stays a link
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        _make_folder(path.parent, undo)
        _write(temporary, content, undo)
        if like.exists():
            shutil.copymode(like, temporary)
    except OSError as error:
        raise _refused(path, error) from error
    return temporary


def _make_folder(folder: Path, undo: ExitStack) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir()
        undo.callback(each.rmdir)


def _write(path: Path, content: bytes, undo: ExitStack) -> None:
    with path.open("xb") as file:
        undo.callback(path.unlink, missing_ok=True)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _publish(temporary: Path, path: Path, undo: ExitStack, *, replace: bool) -> None:
    """Give the file its real name, unless that is taken by something that may not be replaced."""
    try:
        if replace:
            temporary.replace(path.resolve())
        else:
            _link(temporary, path, undo)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise _refused(path, error) from error


def _link(temporary: Path, path: Path, undo: ExitStack) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: take the name first, so that nobody else can, and fill it.
        _write(path, temporary.read_bytes(), undo)
    else:
        undo.callback(path.unlink, missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new names last through a power cut, where the system can do that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exists(path: Path) -> FileError:
    return FileError(
        "there is a file of this name already, and it is not overwritten",
        where=str(path),
        hint="give another name, or move that file away",
        code="MM432",
    )


def _refused(path: Path, error: OSError) -> FileError:
    return FileError(
        f"the file cannot be written: {error.strerror}; nothing was changed",
        where=str(path),
        hint="check that the disk has room and that this user may write to the folder",
    )
