"""Headers that were read before, kept beside the revision files so that thousands of them are not parsed every time.

In: an app and its folder. Out: for each file the header it had, with the signature of the file at that time. A header
is good for a file of the same name, size and times, and for nothing else; whatever is odd about what was kept (damaged,
written by another minimig or another Python, for another label, for another set of fields) makes it worth nothing.
Nothing that is kept is ever needed, so a folder that cannot be written costs time and no more.

It lies where Python keeps what it compiled, `__pycache__`, because that is what it is: derived from the files around
it, safe to delete, in nobody's repository. So the switches that people know hold for it: PYTHONDONTWRITEBYTECODE keeps
it from being written, PYTHONPYCACHEPREFIX puts it elsewhere. It is JSON, and reading it runs nothing. Neither Django
nor Alembic keeps anything of the kind; both import each file each time.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from minimig.revisions.folders import Signature, name_of
from minimig.revisions.header import Header
from minimig.version import __version__

FORMAT = 1
"""To be raised when a header read from the same file means something else than before."""
WORTH = 64
"""How many files must have been parsed for keeping them to pay: fewer are parsed again faster than this is written."""
SETTLED = 2_000_000_000
"""How old a file must be, in nanoseconds, to be known by its times: FAT counts in steps of two seconds."""

_FIELDS = tuple(field.name for field in fields(Header) if field.name not in ("app", "name", "path"))


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
        values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row[4:]]
        return Header(self._app, name_of(path), path, *values)


def kept_headers(folder: Path, app: str) -> KeptHeaders:
    """What is kept of this folder; nothing when that cannot be trusted."""
    try:
        data = _place(folder).read_bytes()
    except (OSError, NotImplementedError):  # there is none; or this Python has no such place
        return NOTHING
    head, _, body = data.partition(b"\n")
    if head != _head(app, body):
        return NOTHING
    return KeptHeaders(app, {row[0]: row for row in json.loads(body)})


def keep_headers(folder: Path, app: str, read: Iterable[tuple[Signature, Header]]) -> None:
    """Keep these headers for the next time, unless Python is not to write such files or the folder forbids it."""
    if sys.dont_write_bytecode:
        return
    before = time.time_ns() - SETTLED
    rows = [
        [header.path.name, *signature, *(getattr(header, field) for field in _FIELDS)]
        for signature, header in read
        if max(signature[1:]) < before  # younger ones may change once more and look the same
    ]
    body = json.dumps(rows, separators=(",", ":")).encode()
    with suppress(OSError, NotImplementedError):  # a read-only folder, a full disk: the files are read again next time
        place = _place(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f"{place.name}.{uuid.uuid4().hex}")
        try:
            temporary.write_bytes(_head(app, body) + b"\n" + body)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)


NOTHING = KeptHeaders("", {})


def _place(folder: Path) -> Path:
    """Where headers are kept. One file for each kind of Python: they do not agree on what is valid Python."""
    source = folder / "minimig-headers.py"
    return Path(cache_from_source(str(source))).with_suffix(".json")


def _head(app: str, body: bytes) -> bytes:
    """The first line: what these headers are good for, and a sum over them."""
    return json.dumps(["minimig", __version__, FORMAT, app, _FIELDS, zlib.crc32(body)]).encode()
