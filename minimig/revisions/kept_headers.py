"""Headers that were read before, kept beside the revision files so that thousands of them are not parsed every time.

In: an app and its folder. Out: for each file the header it had, with the signature of the file at that time. A header
is good for a file of the same name, size and times, and for nothing else. They are kept as JSON, and reading it runs
nothing; where, and when it is worth nothing, see `kept`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from minimig.revisions.folders import Signature, name_of
from minimig.revisions.header import Header
from minimig.revisions.kept import keep_body, kept_body

FORMAT = 1
"""To be raised when a header read from the same file means something else than before."""

_FIELDS = tuple(field.name for field in fields(Header) if field.name not in ("app", "name", "path", "signature"))
_KIND = "headers"


class KeptHeaders:
    """What is kept of a folder, as it lies there: thousands of headers are looked up, few are of files that changed."""

    def __init__(self, app: str, rows: Mapping[str, Sequence[Any]]) -> None:
        self._app = app
        self._rows = rows

    def get(self, path: Path, signature: Signature | None) -> Header | None:
        """The header of a file that has not changed since."""
        row = self._rows.get(path.name)
        if row is None or signature is None or tuple(row[1:4]) != signature:
            return None
        values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in (*row[4:], signature)]
        return Header(self._app, name_of(path), path, *values)


def kept_headers(folder: Path, app: str) -> KeptHeaders:
    """What is kept of this folder; nothing when that cannot be trusted."""
    body = kept_body(folder, _KIND, _good_for(app))
    return NOTHING if body is None else KeptHeaders(app, {row[0]: row for row in json.loads(body)})


def keep_headers(folder: Path, app: str, read: Iterable[Header], before: int) -> None:
    """Keep these headers for the next time, but for those of files that changed after `before` (`settled_before`)."""
    rows = [
        [header.path.name, *header.signature, *(getattr(header, field) for field in _FIELDS)]
        for header in read
        if header.signature is not None and max(header.signature[1:]) < before
    ]
    keep_body(folder, _KIND, _good_for(app), json.dumps(rows, separators=(",", ":")).encode())


NOTHING = KeptHeaders("", {})


def _good_for(app: str) -> tuple[Any, ...]:
    return FORMAT, app, _FIELDS
