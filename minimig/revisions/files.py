"""Putting new files on disk: whole or not at all, all of them or none, and never over an existing one.

Each text is written under a name of its own in the same folder and synced. Only when all of them are there is each
linked to its real name, which fails if that name is taken. Whatever was done is undone when a later step fails.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from minimig.errors import WriterError


def write_files(files: Sequence[tuple[Path, str]]) -> None:
    """Write new files. Raises WriterError, and leaves nothing behind, if one exists or cannot be written."""
    with ExitStack() as undo:
        staged = [(path, _stage(path, text, undo)) for path, text in files]
        for path, temporary in staged:
            _publish(temporary, path, undo)
        undo.pop_all()
    for _, temporary in staged:
        temporary.unlink(missing_ok=True)
    for folder in {path.parent for path, _ in files}:
        _sync_folder(folder)


def _stage(path: Path, text: str, undo: ExitStack) -> Path:
    """The text under a temporary name beside `path`."""
    if path.exists():
        raise _exists(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        _make_package(path.parent, undo)
        _write(temporary, text, undo)
    except OSError as error:
        raise _refused(path, error) from error
    return temporary


def _make_package(folder: Path, undo: ExitStack) -> None:
    missing = [folder, *folder.parents]
    for parent in reversed([each for each in missing if not each.exists()]):
        parent.mkdir()
        undo.callback(parent.rmdir)
    marker = folder / "__init__.py"
    if not marker.exists():
        _write(marker, "", undo)


def _write(path: Path, text: str, undo: ExitStack) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        undo.callback(path.unlink, missing_ok=True)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _publish(temporary: Path, path: Path, undo: ExitStack) -> None:
    """Give the file its real name, unless that is taken."""
    try:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links: take the name first, so that nobody else can, and fill it.
            _write(path, temporary.read_text(encoding="utf-8"), undo)
        else:
            undo.callback(path.unlink, missing_ok=True)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise _refused(path, error) from error


def _sync_folder(folder: Path) -> None:
    """Make the new names last through a power cut, where the system can do that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exists(path: Path) -> WriterError:
    return WriterError(
        "there is a file of this name already, and it is not overwritten",
        where=str(path),
        hint="run makemigrations again for the next number, or give another name",
    )


def _refused(path: Path, error: OSError) -> WriterError:
    return WriterError(
        f"the revision file cannot be written: {error.strerror}",
        where=str(path),
        hint="check that the disk has room and that this user may write to the folder",
    )
