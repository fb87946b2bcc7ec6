"""How revisions look in their place: what `history`, `heads`, `branches`, `show`, `current` and `graph` print."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence

import click

from minimig.cli.columns import cells, cut
from minimig.cli.lanes import draw
from minimig.cli.terminal import shown, width_of, wrapped
from minimig.commands.history import Entry, History

SHORTEST = 8
"""A title of which a drawing has less room than this is left out."""


def parents_not_next(entries: Sequence[Entry]) -> Callable[[Entry], Iterable[str]]:
    """For a list, newest first: the parents of an entry, unless its one parent is the next line of the same app."""
    following: dict[str, str] = {}
    later: dict[str, str] = {}
    for entry in reversed(entries):
        app = entry.revision.partition(".")[0]
        following[entry.revision] = later.get(app, "")
        later[app] = entry.revision

    def below(entry: Entry) -> Iterable[str]:
        if entry.after and entry.after != (following[entry.revision],):
            yield _dim(wrapped("    after ", ", ".join(entry.after), sys.stdout))
        if entry.needs:
            yield _dim(wrapped("    needs ", ", ".join(entry.needs), sys.stdout))

    return below


def _words(entry: Entry) -> list[str]:
    return [
        *(f"label {label}" for label in entry.labels),
        *(["head"] if entry.is_head else []),
        *(["current"] if entry.current else []),
        *(["branch point"] if entry.is_branch_point else []),
        *(["merge point"] if entry.is_merge_point else []),
    ]


def marks(entry: Entry) -> str:
    """What is special about a revision: its labels, whether it is a head, where histories part and meet."""
    return click.style(", ".join(words), fg="cyan") if (words := _words(entry)) else ""


def _dim(text: str) -> str:
    return click.style(text, dim=True)


def bold(text: str) -> str:
    """A name, on a terminal in bold."""
    return click.style(text, bold=True)


def whole_lines(entry: Entry) -> Iterable[str]:
    """All that is known of a revision."""
    yield f"{bold(entry.revision)}{_flags(entry)}"
    rows: list[tuple[str, str]] = [
        ("merges" if entry.is_merge_point else "after", ", ".join(entry.after) or "<base>"),
        ("needs", ", ".join(entry.needs)),
        ("before", ", ".join(entry.before)),
        ("replaces", ", ".join(entry.replaces)),
        ("path", entry.path),
    ]
    yield from (f"  {name:9} {value}" for name, value in rows if value)
    if entry.doc:
        yield ""
        yield from (f"  {shown(sys.stdout, line)}".rstrip() for line in entry.doc.strip().splitlines())
    yield ""


def _flags(entry: Entry) -> str:
    return click.style(f" ({', '.join(words)})", fg="cyan") if (words := _words(entry)) else ""


def drawn_lines(found: History) -> Iterable[str]:
    """The history with its lanes in front."""
    entries = {entry.revision: entry for entry in found.entries}
    columns = width_of(sys.stdout)
    for drawn in draw([(entry.revision, [*entry.after, *entry.needs]) for entry in found.entries]):
        entry = entries[drawn.revision]
        yield from drawn.above
        line = f"{drawn.lanes} {bold(entry.revision)}{_flags(entry)}"
        room = None if columns is None else columns - cells(line) - 2
        yield (
            line
            if not entry.title or (room is not None and room < SHORTEST)
            else (f"{line}  {cut(entry.title, room, sys.stdout)}")
        )
        yield from drawn.below


def mermaid(found: History) -> Iterable[str]:
    """The history for Markdown."""
    yield "graph TD"
    yield from (f"    {link}" for link in _links(found, "{} --> {}", "{} -.-> {}", '{}["{}"]'))


def dot(found: History) -> Iterable[str]:
    """The history for Graphviz."""
    yield "digraph migrations {"
    own, other, node = '"{}" -> "{}";', '"{}" -> "{}" [style=dashed];', '"{}" [label="{}"];'
    yield from (f"    {link}" for link in _links(found, own, other, node))
    yield "}"


def _links(found: History, own: str, other: str, node: str) -> Iterable[str]:
    for entry in reversed(found.entries):
        yield node.format(entry.revision, entry.revision)
        yield from (own.format(parent, entry.revision) for parent in entry.after)
        yield from (other.format(parent, entry.revision) for parent in entry.needs)
