"""Writing several files as one: all of them, or none.

In come paths and bytes, out come the paths. Each file appears complete or not at all, because it is written under
another name beside its place and then moved there in one step.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from minimig.errors import ConfigError


def write_all_or_none(files: Mapping[Path, bytes]) -> tuple[Path, ...]:
    """Write the files in the order given, creating folders; only the last one may exist already.

    Raises ConfigError when one cannot be written; the files and folders made until then are removed again.
    """
    made: list[Path] = []
    try:
        for path, content in files.items():
            _make_folder(path.parent, made)
            existed = path.exists()
            _replace(path, content)
            if not existed:
                made.append(path)
    except OSError as error:
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink()
        where = str(error.filename) if error.filename else None
        raise ConfigError(f"cannot be written: {error.strerror}; nothing was changed", where=where) from error
    return tuple(files)


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _replace(path: Path, content: bytes) -> None:
    path = path.resolve()  # a link stays a link
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
