"""`START:END` into the revisions between: `0002:0005`, `:head`, `-3:current`, `0002:+2`, `base:heads`.

Both ends count. Either may be left out; a number alone is counted from the other end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from minimig.errors import TargetError, UsageError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.identifiers import resolve

_BACK = re.compile(r"-[0-9]{1,9}")
_ON = re.compile(r"\+[0-9]{1,9}")


def between(graph: MigrationGraph, applied: frozenset[str], app: str | None, span: str) -> frozenset[str]:
    """The revisions of a span; of one app, when the words or `app` say which.

    Raises UsageError for text without a colon, TargetError where a word names nothing or the ends have nothing between.
    """
    start, colon, end = span.partition(":")
    if not colon:
        raise UsageError(f"{span!r} is no range", hint="write START:END, for example 0002:head, :current or -3:head")
    places = _Places(graph, applied, app)
    tops = places.moved(places.of(start), end) if _ON.fullmatch(end) else places.of(end or "heads")
    bottoms = places.moved(tops, start) if _BACK.fullmatch(start) else places.of(start) if start else ()
    apps = {graph.headers[revision].app for revision in (*tops, *bottoms)}
    reached = {r for r in graph.ancestors(tops) if graph.headers[r].app in apps}
    if not bottoms:
        return frozenset(reached)
    found = reached & graph.descendants(bottoms)
    if not found:
        raise TargetError(
            f"nothing lies between {', '.join(bottoms)} and {', '.join(tops)}",
            hint="the first must come before the second, in one line of revisions",
        )
    return frozenset(found)


class _Places:
    """Words of a range as revisions; an empty tuple is before the first."""

    def __init__(self, graph: MigrationGraph, applied: frozenset[str], app: str | None) -> None:
        self.graph = graph
        self.applied = applied
        self.app = app

    def of(self, word: str) -> tuple[str, ...]:
        """The revisions that a word names."""
        if word == "current":
            known = [r for r in self.graph.order(r for r in self.applied if r in self.graph.headers) if self._mine(r)]
            return tuple(r for r in known if not any(self._same(r, c) and c in known for c in self.graph.children(r)))
        if word in ("heads", "head"):
            return self.graph.heads(self.app)
        if word in ("base", "zero"):
            return ()
        target = resolve(self.graph, self.applied, self.app, word)
        return () if target.revision is None else (target.revision,)

    def moved(self, places: Iterable[str], steps: str) -> tuple[str, ...]:
        """The places so many steps on or back."""
        found = (resolve(self.graph, self.applied, None, f"{place}{steps}").revision for place in places)
        return tuple(revision for revision in found if revision is not None)

    def _mine(self, revision: str) -> bool:
        return self.app is None or self.graph.headers[revision].app == self.app

    def _same(self, one: str, other: str) -> bool:
        return self.graph.headers[one].app == self.graph.headers[other].app
