"""The headers of all revision files: those that did not change as they are kept, the others parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from minimig.errors import RevisionFileError
from minimig.revisions.folders import Signature, revision_files
from minimig.revisions.header import Header, read_header
from minimig.revisions.kept import is_worth_it, settled_before
from minimig.revisions.kept_headers import NOTHING, keep_headers, kept_headers
from minimig.stages import Stage, Tell, untold

Problem = Callable[[RevisionFileError], None]


@dataclass(frozen=True)
class FolderRead(Stage):
    """The headers of one app are read; those `parsed` from their files now, the others kept from an earlier time."""

    app: str
    folder: Path
    headers: tuple[Header, ...]
    parsed: frozenset[str]


def scan(folders: Mapping[str, Path], problem: Problem | None = None, tell: Tell = untold) -> tuple[Header, ...]:
    """The headers of all revision files, sorted by app and name. `folders` maps each app to its folder.

    A folder that does not exist holds no revisions. Files whose names start with `_`, `.` or `~` are no
    revisions. Raises RevisionFileError for a file that cannot be read or breaks the rules, and for two
    names in one app that differ only in case: many file systems can hold only one of them. With `problem`
    the error is handed there instead, and the rest is read.
    """
    headers: list[Header] = []
    for app, folder in sorted(folders.items()):
        try:
            files = revision_files(folder)
        except RevisionFileError as error:
            if problem is None:
                raise
            problem(error)
            continue
        headers += _headers(app, folder, files, problem, tell)
    return tuple(headers)


def _headers(
    app: str, folder: Path, files: Mapping[Path, Signature | None], problem: Problem | None, tell: Tell
) -> Iterator[Header]:
    before = settled_before()  # and not when all are parsed: a file may be written again meanwhile
    kept = kept_headers(folder, app) if is_worth_it(files.values()) else NOTHING
    found: list[Header] = []
    parsed: dict[str, Signature | None] = {}
    seen: dict[str, Path] = {}
    for path, signature in files.items():
        try:
            header = kept.get(path, signature)
            if header is None:
                # The signature of before the file was read: one that changed meanwhile will not match.
                header = read_header(path, app, signature=signature)
                parsed[header.revision] = signature
            _check_twin(seen.setdefault(header.name.casefold(), path), path)
        except RevisionFileError as error:
            if problem is None:
                raise
            problem(error)
        else:
            found.append(header)
            yield header
    if is_worth_it(parsed.values()):
        keep_headers(folder, app, found, before)
    tell(FolderRead(app, folder, tuple(found), frozenset(parsed)))


def _check_twin(first: Path, path: Path) -> None:
    if first != path:
        raise RevisionFileError(
            f"{first.name} and {path.name} differ only in upper and lower case",
            where=str(path),
            hint="rename one of them: on Windows and macOS they would be the same file",
            code="MM414",
        )
