"""Which files of a folder are revisions, and what they are called: by their names alone, none of them read."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from minimig.errors import RevisionFileError


def name_of(path: Path) -> str:
    """The revision's name; macOS hands out decomposed accents, and one file must be one revision everywhere."""
    return unicodedata.normalize("NFC", path.stem)


def revision_paths(folder: Path) -> list[Path]:
    """The revision files of a folder by their names alone, sorted. Raises RevisionFileError if it cannot be listed."""
    try:
        entries = [path for path in folder.iterdir() if path.suffix == ".py" and path.name[0] not in "_.~"]
        # A dangling link stays in: reading it is a clear error, skipping it would lose a revision.
        return sorted(path for path in entries if not path.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RevisionFileError(
            f"the migrations folder cannot be read: {error.strerror}",
            where=str(folder),
            hint="it has to be a folder that this user may list",
        ) from error
