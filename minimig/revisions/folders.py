"""Which files of a folder are revisions, and what they are called: by their names alone, none of them read."""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path

from minimig.errors import RevisionFileError

Signature = tuple[int, int, int]
"""Size, time of change and time of the last change to the file's entry on disk, both in nanoseconds.

Whoever sets the second back (`touch -r`, `cp -p`) moves the third. On Windows that one is the time of creation.
"""


def name_of(path: Path) -> str:
    """The revision's name; macOS hands out decomposed accents, and one file must be one revision everywhere."""
    return unicodedata.normalize("NFC", path.stem)


def revision_paths(folder: Path) -> list[Path]:
    """The revision files of a folder by their names alone, sorted. Raises RevisionFileError if it cannot be listed."""
    return list(revision_files(folder))


def revision_files(folder: Path) -> dict[Path, Signature | None]:
    """The same files, each with its signature as it is now; None for one that has none, such as a dangling link."""
    try:
        with os.scandir(folder) as entries:
            named = {entry.name: entry for entry in entries}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RevisionFileError(
            f"the migrations folder cannot be read: {error.strerror}",
            where=str(folder),
            hint="it has to be a folder that this user may list",
        ) from error
    found: dict[Path, Signature | None] = {}
    for name in sorted(name for name in named if name.endswith(".py") and name[0] not in "_.~"):
        path = folder / name
        try:
            # On Windows an entry may be older than the file.
            now = path.stat() if os.name == "nt" else named[name].stat()
        except OSError:
            # A dangling link stays in: reading it is a clear error, skipping it would lose a revision.
            found[path] = None
            continue
        if not stat.S_ISDIR(now.st_mode):
            found[path] = (now.st_size, now.st_mtime_ns, now.st_ctime_ns)
    return found
