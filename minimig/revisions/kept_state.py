"""The schema after a long run of revisions, kept beside them so that thousands need not be replayed every time.

In: the headers of the revisions, in their order. Out: how many of the first of them are behind the state that is kept,
and that state. It is good for exactly these files in this order, all of them `self_contained`; where it lies, and when
it is worth nothing, see `kept`. There is one for a project: what was replayed last.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from minimig.revisions.header import Header
from minimig.revisions.kept import keep_body, kept_body
from minimig.revisions.packing import FORMAT, pack, shape, unpack
from minimig.state.schema import SchemaState

WORTH = 256
"""How many revisions must have been replayed for keeping their end to pay."""

_KIND = "state"


class KeptState:
    """What is kept in a folder, read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def before(self, headers: Sequence[Header]) -> tuple[int, SchemaState]:
        """How many of the first revisions are behind the state, and the state; none, and an empty one."""
        count, sum_, _ = self._kept
        if 0 < count <= len(headers) and _sum(headers[:count]) == sum_ and self._state is not None:
            return count, self._state
        return 0, SchemaState()

    def keep(self, headers: Sequence[Header], state: SchemaState) -> None:
        """Keep the state after these revisions for the next time, in place of another one."""
        packed = pack(SchemaState(dict(state.tables), dict(state.objects)))
        if packed is not None:
            line = json.dumps([len(headers), _sum(headers)]).encode()
            keep_body(self._folder, _KIND, _good_for(), b"\n".join((line, packed)))

    @cached_property
    def _kept(self) -> tuple[int, str, bytes]:
        body = kept_body(self._folder, _KIND, _good_for())
        if body is None:
            return 0, "", b""
        line, _, packed = body.partition(b"\n")
        count, sum_ = json.loads(line)
        return count, sum_, packed

    @cached_property
    def _state(self) -> SchemaState | None:
        try:
            state: SchemaState = unpack(self._kept[2])
        except Exception:  # noqa: BLE001 - written by code that called itself the same: whatever is odd about it
            return None
        return state


def _sum(headers: Sequence[Header]) -> str:
    return sha256(repr([(header.revision, header.signature) for header in headers]).encode()).hexdigest()


def _good_for() -> tuple[Any, ...]:
    return FORMAT, shape(), sa.__version__
