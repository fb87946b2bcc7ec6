"""A place beside revision files for what was learnt from them, so that it need not be learnt every time.

It lies where Python keeps what it compiled, `__pycache__`, because that is what it is: derived from the files around
it, safe to delete, in nobody's repository. So the switches that people know hold for it: PYTHONDONTWRITEBYTECODE keeps
it from being written, PYTHONPYCACHEPREFIX puts it elsewhere. What is odd about it (damaged, written by another minimig
or another Python) makes it worth nothing, and nothing that is kept is ever needed: a folder that cannot be written
costs time and no more. Neither Django nor Alembic keeps anything of the kind; both import each file each time.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
import zlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from minimig.revisions.folders import Signature
from minimig.version import __version__

MANY = 64
"""How many files must have been read for keeping to pay: fewer are read again faster than this is written."""
LARGE = 250_000
"""The same in bytes: few files may hold much."""
SETTLED = 2_000_000_000
"""How old a file must be, in nanoseconds, to be known by its times: FAT counts in steps of two seconds."""


def is_worth_it(files: Collection[Signature | None]) -> bool:
    """Whether reading these files takes longer than looking them up."""
    return len(files) >= MANY or sum(signature[0] for signature in files if signature is not None) >= LARGE


def settled_before() -> int:
    """The time, in nanoseconds, that a file must be older than: a younger one may change again and look the same.

    To be asked before a file is read: what it holds by the end of a long run may be something else.
    """
    return time.time_ns() - SETTLED


def kept_body(folder: Path, kind: str, good_for: Sequence[Any]) -> bytes | None:
    """What is kept of a folder under this name, if it was written for exactly this; None when that is not so."""
    try:
        data = _place(folder, kind).read_bytes()
    except (OSError, NotImplementedError):  # there is none; or this Python has no such place
        return None
    head, _, body = data.partition(b"\n")
    return body if head == _head(good_for, body) else None


def keep_body(folder: Path, kind: str, good_for: Sequence[Any], body: bytes) -> None:
    """Keep this for the next time, unless Python is not to write such files or the folder forbids it."""
    if sys.dont_write_bytecode:
        return
    with suppress(OSError, NotImplementedError):  # a read-only folder, a full disk: the files are read again next time
        place = _place(folder, kind)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f"{place.name}.{uuid.uuid4().hex}")
        try:
            temporary.write_bytes(_head(good_for, body) + b"\n" + body)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)


def _place(folder: Path, kind: str) -> Path:
    """One file for each kind of Python: they do not agree on what is valid Python."""
    return Path(cache_from_source(str(folder / f"minimig-{kind}.py"))).with_suffix(".kept")


def _head(good_for: Sequence[Any], body: bytes) -> bytes:
    """The first line: what the rest is good for, and a sum over it."""
    return json.dumps(["minimig", __version__, *good_for, zlib.crc32(body)]).encode()
