"""A schema, or the part of it that an operation touches, as a short text that changes when it does.

It is noted before a statement that commits by itself. When nobody heard how the statement ended, the fingerprint now
and the one noted tell whether it took effect: a database whose DDL is atomic knows nothing in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def digest(parts: Iterable[object]) -> str:
    """The fingerprint of what a database says of itself, part by part, in any order."""
    joined = "\x1e".join(sorted(str(part) for part in parts))
    return hashlib.sha256(joined.encode()).hexdigest()[:40]
