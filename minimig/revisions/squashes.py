"""Squashed revisions: a file that stands for others, or makes way for them, as the database demands.

In: all headers, and what a database has applied. Out: the headers that form the graph. A squash stands when none or
all of what it replaces is applied; every link to a replaced revision then leads to it, whether the replaced files are
still there or not. When a part is applied the squash makes way, and links to it lead to the last of what it replaces.
A squash may replace squashes, and revisions of several apps.

Django does the same on a built graph, node by node; here it is one step from headers to headers, before there is a
graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from minimig.errors import GraphError
from minimig.revisions.header import Header


@dataclass(frozen=True)
class Resolution:
    """The headers that form the graph, and how they came to be.

    `hidden` gives for each revision that is not shown what is shown in its place. `counted` are squashes that stand
    and count as applied although the database has no row for them. `covers` are all revisions, squashes included, that
    each squash replaces.
    """

    headers: tuple[Header, ...]
    hidden: Mapping[str, str]
    counted: frozenset[str]
    covers: Mapping[str, frozenset[str]]


def resolve_squashes(headers: Iterable[Header], applied: Collection[str] = (), *, stand: bool = True) -> Resolution:
    """Decide which squashes stand; none with `stand` False, which shows each revision by itself.

    Raises GraphError when a squash is partly applied and files of the rest are gone.
    """
    known = {header.revision: header for header in headers}
    squashes = [header for header in known.values() if header.replaces]
    if not squashes:
        return Resolution(tuple(known.values()), {}, frozenset(), {})
    leaves = {squash.revision: _leaves(squash, known) for squash in squashes}
    done = frozenset(applied) | {leaf for name, found in leaves.items() if name in applied for leaf in found}
    hidden: dict[str, str] = {}
    counted: set[str] = set()
    # The widest first: where it stands, squashes within it have nothing left to say.
    for squash in sorted(squashes, key=lambda h: (-len(leaves[h.revision]), h.revision)):
        name = squash.revision
        if name in hidden:
            continue
        if stand and (leaves[name] <= done or leaves[name].isdisjoint(done)):
            hidden.update(dict.fromkeys(_covered(squash, known), name))
            if leaves[name] <= done and name not in applied:
                counted.add(name)
        else:
            _check_rest(squash, leaves[name] - done, known)
            hidden[name] = _last(squash, known)
    shown = (_relinked(header, hidden) for name, header in known.items() if name not in hidden)
    covers = {squash.revision: frozenset(_covered(squash, known)) for squash in squashes}
    return Resolution(tuple(shown), {name: _shown(name, hidden) for name in hidden}, frozenset(counted), covers)


def _leaves(squash: Header, known: Mapping[str, Header]) -> frozenset[str]:
    """The plain revisions that a squash stands for in the end. Raises GraphError when it replaces itself."""
    found: set[str] = set()
    seen: set[str] = set()
    stack = list(squash.replaces)
    while stack:
        name = stack.pop()
        if name == squash.revision:
            raise GraphError(
                f"{squash.revision} replaces itself", where=str(squash.path), hint="take it out of `replaces`"
            )
        if name in seen:
            continue
        seen.add(name)
        inner = known[name].replaces if name in known else ()
        stack.extend(inner)
        found.update(() if inner else (name,))
    return frozenset(found)


def _covered(squash: Header, known: Mapping[str, Header]) -> Iterator[str]:
    """All that a squash replaces, squashes within it included."""
    for name in squash.replaces:
        yield name
        if name in known:
            yield from _covered(known[name], known)


def _last(squash: Header, known: Mapping[str, Header]) -> str:
    """The last of what a squash replaces: links to the squash lead there while it makes way."""
    inside = set(squash.replaces)
    parents = {parent for name in inside if name in known for parent in known[name].dependencies}
    last = sorted(name for name in inside - parents if name.partition(".")[0] == squash.app)
    return last[-1] if last else squash.replaces[-1]


def _check_rest(squash: Header, rest: Collection[str], known: Mapping[str, Header]) -> None:
    gone = sorted(name for name in rest if name not in known)
    if gone:
        raise GraphError(
            f"{squash.revision} replaces {len(squash.replaces)} revisions of which the database has a part,"
            f" and the files of the rest are gone: {', '.join(gone)}",
            where=str(squash.path),
            hint="put these files back and run minimig migrate; they may be deleted once every database has them all",
        )


def _shown(name: str, hidden: Mapping[str, str]) -> str:
    seen = {name}
    while name in hidden:
        name = hidden[name]
        if name in seen:  # two squashes that stand for each other
            raise GraphError(f"{', '.join(sorted(seen))} replace each other", hint="remove one of these files")
        seen.add(name)
    return name


def _relinked(header: Header, hidden: Mapping[str, str]) -> Header:
    """The header with each link to a hidden revision leading to what is shown in its place."""

    def follow(words: Iterable[str]) -> tuple[str, ...]:
        return tuple(word for word in dict.fromkeys(_shown(word, hidden) for word in words) if word != header.revision)

    return replace(header, dependencies=follow(header.dependencies), run_before=follow(header.run_before))
