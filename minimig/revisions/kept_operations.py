"""Operations of files that were run before, kept beside the revision files so that they are not run every time.

In: an app and its folder. Out: migrations of those files that are as they were and mean nothing but what they say
(`self_contained`): of such a file the operations can be kept, as the bytes of `packing`, with the checksums of its
bytes and of what it means. Each file is unpacked by itself, when its operations are needed. A file whose operations
hold a function is run each time, and it is known that it says the same. Where all of this lies, and when it is worth
nothing, see `kept`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from minimig.revisions.folders import Signature
from minimig.revisions.header import Header
from minimig.revisions.kept import is_worth_it, keep_body, kept_body, settled_before
from minimig.revisions.loader import Migration
from minimig.revisions.meaning import checksum
from minimig.revisions.packing import FORMAT, pack, shape, unpack
from minimig.revisions.self_contained import is_self_contained

_KIND = "operations"


@dataclass(frozen=True)
class _Row:
    """What is kept of one file; no bytes where it is only known to be self-contained."""

    signature: Signature
    digest: str
    meant: str
    packed: memoryview


class KeptOperations:
    """What is kept of a folder, and what is to be."""

    def __init__(self, app: str, folder: Path) -> None:
        self._app = app
        self._folder = folder
        self._before = settled_before()  # a file may be written again while others are run
        self._run: dict[str, Migration] = {}
        self._read: dict[str, _Row] | None = None

    def get(self, header: Header) -> Migration | None:
        """The migration of a file that has not changed since it was kept."""
        row = self._row(header)
        if row is None or not row.packed:
            return None
        try:
            up, down = unpack(row.packed)
        except Exception:  # noqa: BLE001 - written by code that called itself the same: whatever is odd about it
            return None
        return Migration(header, up, down, digest=row.digest, meant=row.meant)

    def says_the_same(self, header: Header) -> bool:
        """Whether what a file does to a schema is known to be the same as it was."""
        return self._row(header) is not None

    def was_run(self, migration: Migration) -> None:
        """Remember a file that had to be run, until `keep`."""
        self._run[migration.header.path.name] = migration

    def keep(self, files: Collection[Path]) -> None:
        """Keep what was run for the next time, where that is worth it, and drop what is of no file any more."""
        run, self._run = self._run, {}
        if is_worth_it([migration.header.signature for migration in run.values()]):
            rows = {name: row for name, row in self._rows.items() if self._folder / name in files}
            rows |= _packed(run.values(), self._before)
            self._read = rows
            index = [[name, row.signature, row.digest, row.meant, len(row.packed)] for name, row in rows.items()]
            line = json.dumps(index, separators=(",", ":")).encode()
            body = b"".join((line, b"\n", *(row.packed for row in rows.values())))
            keep_body(self._folder, _KIND, _good_for(self._app), body)

    def _row(self, header: Header) -> _Row | None:
        row = self._rows.get(header.path.name)
        return row if row is not None and row.signature == header.signature else None

    @property
    def _rows(self) -> Mapping[str, _Row]:
        if self._read is None:
            self._read = _rows_in(kept_body(self._folder, _KIND, _good_for(self._app)) or b"[]")
        return self._read


def _rows_in(body: bytes) -> dict[str, _Row]:
    line, _, _ = body.partition(b"\n")
    rest, place, rows = memoryview(body), len(line) + 1, {}
    for name, signature, digest, meant, length in json.loads(line):
        rows[name] = _Row(tuple(signature), digest, meant, rest[place : place + length])
        place += length
    return rows


def _packed(run: Iterable[Migration], before: int) -> Iterator[tuple[str, _Row]]:
    """The rows of those that can be kept. Names that a convention gave are another's to change."""
    for migration in run:
        header = migration.header
        if header.signature is None or max(header.signature[1:]) >= before or migration.has_open_names:
            continue
        if is_self_contained(migration.source):
            packed = pack((migration.up, migration.down)) or b""
            yield header.path.name, _Row(header.signature, migration.digest, checksum(migration), memoryview(packed))


def _good_for(app: str) -> tuple[Any, ...]:
    return FORMAT, shape(), sa.__version__, app
