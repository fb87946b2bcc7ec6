"""Several revision files rewritten in one go: read back, fitted into the graph, then put on disk, all or none.

In: `Rewrite`s, each a file as it is and as it is to be. Out: the files. Before one of them is touched each is read
(and, where its operations change, run) as it will be later, and compared with what was meant; and the graph with the
new headers has to be one. A rewrite may give a file another name: then it is another revision, and everything that
names it has to be among the rewrites too (`renamed` finds them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from minimig.errors import RevisionFileError, WriterError
from minimig.files import write_files
from minimig.operations.base import Operation
from minimig.revisions.difference import difference
from minimig.revisions.editing import WORDS, edited_header
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header, check_name, read_header
from minimig.revisions.loader import load_migration
from minimig.revisions.tags import Tags, with_names
from minimig.state.written import Convention


@dataclass(frozen=True)
class Rewrite:
    """One file as it is, and as it is to be."""

    old: Header
    new: Header
    before: bytes
    after: bytes

    @property
    def moves(self) -> bool:
        """Whether the file gets another name."""
        return self.old.path != self.new.path


def moved(header: Header, name: str) -> Header:
    """The header of the same file under another name. Raises RevisionFileError for one that no revision can have."""
    check_name(name)
    return replace(header, name=name, path=header.path.with_name(f"{name}.py"))


def renamed(headers: Iterable[Header], names: Mapping[str, str]) -> Iterator[tuple[Header, Header]]:
    """Each header with new names for revisions in it, next to what it was; those that stay as they are left out.

    `names` gives new revisions in full by the old ones.
    """

    def follow(words: Iterable[str]) -> tuple[str, ...]:
        return tuple(names.get(word, word) for word in words)

    for header in headers:
        new = replace(
            header,
            dependencies=follow(header.dependencies),
            run_before=follow(header.run_before),
            replaces=follow(header.replaces),
        )
        if header.revision in names:
            new = moved(new, names[header.revision].partition(".")[2])
        if new != header:
            yield header, new


def rewrite_header(old: Header, new: Header) -> Rewrite:
    """The rewrite that gives a file the lists of words and the name of `new`. Raises RevisionFileError."""
    before = _read(old.path)
    after = edited_header(before, old, new)
    found = read_header(new.path, new.app, after)
    for name in (*WORDS, "initial", "atomic", "irreversible", "doc"):
        if getattr(found, name) != getattr(new, name):
            raise _differently(old, f"{name} is {getattr(found, name)!r} instead of {getattr(new, name)!r}")
    return Rewrite(old, new, before, after)


def check_operations(
    rewrite: Rewrite,
    up: Sequence[Operation],
    down: Sequence[Operation] | None,
    convention: Callable[[], Convention] | None = None,
) -> None:
    """Run the new content and compare its operations with what was meant. Raises WriterError, RevisionFileError."""
    header = read_header(rewrite.new.path, rewrite.new.app, rewrite.after)
    if header != rewrite.new:
        raise _differently(rewrite.old, "its header")
    found = load_migration(header, convention, rewrite.after)
    if (found.down is None) != (down is None):
        raise _differently(rewrite.old, "down")
    for name, got, meant in (("up", found.up, up), ("down", found.down or (), down or ())):
        if len(got) != len(meant):
            raise _differently(rewrite.old, f"{name} has {len(got)} operations instead of {len(meant)}")
        for place, (one, other) in enumerate(zip(got, meant, strict=True)):
            if difference(one, other) and not _of_the_file(one, other):
                raise _differently(rewrite.old, f"{name}[{place}], {other.describe()}")


def check_graph(headers: Iterable[Header], rewrites: Iterable[Rewrite]) -> MigrationGraph:
    """The graph as it will be. Raises GraphError when it would be none, RevisionFileError when two files clash."""
    changed = {rewrite.old.revision: rewrite.new for rewrite in rewrites}
    return MigrationGraph([changed.get(header.revision, header) for header in headers])


def write_rewrites(
    rewrites: Sequence[Rewrite], *, others: Mapping[Path, bytes] | None = None, seen: Mapping[Path, bytes] | None = None
) -> None:
    """Put all of them on disk, or none; `others` are further files, replaced where `seen` has what they held.

    Raises FileError, also for a file that has changed since it was read.
    """
    contents = {rewrite.new.path: rewrite.after for rewrite in rewrites} | dict(others or {})
    old = {rewrite.old.path: rewrite.before for rewrite in rewrites} | dict(seen or {})
    write_files(
        contents,
        replacing=[path for path in contents if path in old],
        removing=[path for path in old if path not in contents],
        seen=old,
        moved={rewrite.new.path: rewrite.old.path for rewrite in rewrites},
    )


def following_tags(tags: Tags, app: str, names: Mapping[str, str]) -> tuple[dict[Path, bytes], dict[Path, bytes]]:
    """What `write_rewrites` takes as `others` and `seen`, so that the tags of an app follow revisions that move."""
    text = tags.text(app)
    new = None if text is None else with_names(text, app, names)
    if text is None or new is None or new == text:
        return {}, {}
    return {tags.path(app): new.encode()}, {tags.path(app): text.encode()}


def _of_the_file(one: Operation, other: Operation) -> bool:
    """Whether two operations are of a class that the file defines itself, which is another one each time it is run."""
    one_type, other_type = type(one), type(other)
    own = all(kind.__module__.startswith("revision ") for kind in (one_type, other_type))
    return (
        own
        and one_type.__qualname__ == other_type.__qualname__
        and difference(one.arguments(), other.arguments()) is None
    )


def _differently(header: Header, what: str) -> WriterError:
    return WriterError(
        f"{header.revision} would read back differently: {what}; nothing was changed",
        where=str(header.path),
        hint="edit this file by hand; and please report this",
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RevisionFileError(
            f"the revision file cannot be read: {error.strerror}", where=str(path), hint="check that it exists"
        ) from error
