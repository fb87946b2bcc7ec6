"""Reading back what is about to be written: law 5, checked for every file and not only in tests.

In: the text of a revision file, and the migration it was made from. The text is put into a throw-away folder, read and
run by the same code that will read it later, and compared. A value whose source does not lead back to it is a
WriterError now, and not a wrong schema next month.
"""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path

from minimig.errors import RevisionFileError, WriterError
from minimig.revisions.difference import difference
from minimig.revisions.header import LITERAL_NAMES, read_header
from minimig.revisions.loader import Migration, load_migration
from minimig.revisions.migration import NewMigration


def verify(text: str, migration: NewMigration) -> None:
    """Raise WriterError, naming the first difference, unless `text` reads back as `migration`."""
    with tempfile.TemporaryDirectory(prefix="minimig-") as folder:
        path = Path(folder, f"{migration.name}.py")
        try:
            path.write_text(text, encoding="utf-8", newline="\n")
            found = load_migration(read_header(path, migration.app))
        except RevisionFileError as error:
            raise _unreadable(migration, error, path) from error
        except OSError as error:
            raise WriterError(
                f"the new revision file cannot be checked: {error.strerror}",
                where=folder,
                hint="is the disk of the temporary folder full?",
            ) from error
    where = _first_difference(found, migration)
    if where:
        raise WriterError(
            f"what was written for {migration.revision} reads back differently: {where}",
            hint="a rule, an operation's arguments() or a type's constructor loses something; for a type, use a "
            "subclass whose __init__ takes no arguments and hands them on itself; or write this part by hand",
        )


def _unreadable(migration: NewMigration, error: RevisionFileError, path: Path) -> WriterError:
    line = (error.where or "").removeprefix(f"{path}:")
    return WriterError(
        f"what was written for {migration.revision} cannot be read back: {error.message}",
        where=f"line {line} of the new file" if line.isdigit() else None,
        hint=error.hint,
    )


def _first_difference(found: Migration, wanted: NewMigration) -> str | None:
    for name in LITERAL_NAMES:
        if getattr(found.header, name) != getattr(wanted, name):
            return f"{name} is {getattr(found.header, name)!r} instead of {getattr(wanted, name)!r}"
    if found.header.doc != inspect.cleandoc(wanted.doc).strip():
        return "the docstring differs"
    for name in ("up", "down"):
        got, meant = getattr(found, name) or (), getattr(wanted, name)
        if len(got) != len(meant):
            return f"{name} has {len(got)} operations instead of {len(meant)}"
        for index, (one, other) in enumerate(zip(got, meant, strict=True)):
            where = difference(one, other)
            if where:
                return f"{name}[{index}], {other.describe()}{where}"
    return None
