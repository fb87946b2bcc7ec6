"""Applied files that were edited since: what the version table keeps of a file, compared with the file of today.

The bytes are compared first, which runs nothing and costs a few microseconds a file; only a file whose bytes differ is
loaded, to tell a comment from a change of what it does. A row is passed over that has no checksum (written by an older
minimig, by hand, by another tool), or one of another version of the checksum; and one whose way back was begun, since
the journal decides there what may still change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from minimig.commands.awaiting import on_its_loop
from minimig.commands.project import Project
from minimig.commands.stages import FilesCompared
from minimig.errors import HistoryError
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration, file_bytes
from minimig.revisions.meaning import checksum, is_comparable
from minimig.runtime.recorder import Applied


@dataclass(frozen=True)
class Edit:
    """An applied file whose bytes are others now; `cosmetic` when it still means what was applied."""

    revision: str
    path: Path
    cosmetic: bool


def digest_of(header: Header) -> str:
    """The sum over the bytes of a file. Raises RevisionFileError when it cannot be read."""
    return sha256(file_bytes(header)).hexdigest()


def edits(
    headers: Mapping[str, Header],
    load: Callable[[Header], Migration],
    rows: Iterable[Applied],
    digest: Callable[[Header], str] = digest_of,
) -> Iterator[Edit]:
    """The files that differ from what their rows remember. Raises RevisionFileError for one that cannot be loaded."""
    for row in rows:
        header = headers.get(row.revision)
        if header is None or row.unfinished or row.file_checksum is None or not is_comparable(row.checksum):
            continue
        if digest(header) != row.file_checksum:
            yield Edit(row.revision, header.path, checksum(load(header)) == row.checksum)


def edits_of(project: Project, rows: Iterable[Applied]) -> tuple[Edit, ...]:
    """The same for a project whose files can all be read: each once, for however many databases."""
    headers = {header.revision: header for header in project.headers}

    def digest(header: Header) -> str:
        return project.once(("digest", header.path), lambda: digest_of(header))

    return tuple(edits(headers, project.load_file, rows, digest))


def refuse_edited(project: Project, rows: Iterable[Applied]) -> None:
    """Raise HistoryError when a file does something else now than what was applied here; comments do not count."""
    applied = tuple(rows)
    all_edits = edits_of(project, applied)
    found = [edit for edit in all_edits if not edit.cosmetic]
    if applied:
        project.tell(FilesCompared(tuple(row.revision for row in applied), tuple(edit.revision for edit in all_edits)))
    if not found:
        return
    names = [edit.revision for edit in found]
    was, its = ("was", "it does") if len(found) == 1 else ("were", "they do")
    raise HistoryError(
        f"{', '.join(names)} {was} edited after this database applied {'it' if len(found) == 1 else 'them'}:"
        f" what {its} now is not what was done here",
        where=", ".join(str(edit.path) for edit in found),
        hint="put the old text back, and write a new revision for what is to change; or look at the difference with"
        f" minimig repair, and let the file count as it is with minimig repair --accept {' '.join(names)};"
        " nothing was changed",
        code="MM602",
    )


@on_its_loop
def cosmetic_edits(project: Project) -> tuple[str, ...]:
    """The applied revisions whose files were only spelled anew, for who wants to know."""
    with project.connect() as connection:
        rows = project.applied(connection)
    return tuple(edit.revision for edit in edits_of(project, rows) if edit.cosmetic)
