"""Names of new revision files: `0001_initial`, `0002_add_slug_to_posts`, `0003_merge_add_slug_and_add_views`.

In: the names that an app has already, and the operations. Out: a name without `.py`, of letters that every file system
holds. What several operations do to one table is said once, indexes and constraints that come along with a column are
left unsaid, and a name that would grow too long ends in `_and_more`. The number orders files for people; minimig itself
follows the graph.

Alembic puts a random identifier in front, so that files of two branches never collide. Django's numbers, used here,
read better, and for two branches there is `makemigrations --merge`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation, TableOperation
from minimig.operations.columns import AddColumn, DropColumn
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey
from minimig.operations.indexes import CreateIndex, DropIndex
from minimig.operations.tables import CreateTable, DropTable

LONGEST = 50
INITIAL, CUSTOM, MORE = "initial", "custom", "_and_more"

_PARTS = (CreateIndex, DropIndex, AddConstraint, DropConstraint, DropPrimaryKey)
_WORDS = {CreateTable: "create_{}", DropTable: "drop_{}"}
_COLUMN_WORDS = {AddColumn: "add_{}_to_", DropColumn: "drop_{}_from_", AlterColumn: "alter_{}_on_"}


def file_name(names: Iterable[str], operations: Sequence[Operation], name: str | None = None) -> str:
    """The name of a new revision beside those called `names`.

    After the number comes `name` if one is given, `initial` for the first of an app, else a summary of the operations.
    """
    taken = list(names)
    words = sanitized(name or "") or (summary(operations) if taken else INITIAL)
    return f"{next_number(taken):04d}_{words}"


def merge_name(names: Iterable[str], heads: Iterable[str], name: str | None = None) -> str:
    """The name of the revision that joins `heads`, beside `names`: `0004_merge_add_slug_and_add_views`."""
    words = sorted(sanitized(re.sub(r"^\d+_", "", head.rpartition(".")[2])) for head in heads)
    room = LONGEST // max(len(words), 1)
    merged = sanitized(name or "") or "merge_" + _joined([_cut(word, room) for word in words])
    return f"{next_number(names):04d}_{merged}"


def next_number(names: Iterable[str]) -> int:
    """One more than the highest number in front of these names; 1 when there is none."""
    return max((int(match[0]) for name in names if (match := re.match(r"[0-9]+", name))), default=0) + 1


def sanitized(text: str) -> str:
    """The text with nothing but a-z, 0-9 and single underscores, accents taken off."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def slug(text: str) -> str:
    """The words of a text that can stand in a file name, as many as fit."""
    return _cut(sanitized(text), LONGEST)


def summary(operations: Sequence[Operation]) -> str:
    """What the operations do, in at most LONGEST letters and `_and_more`; `custom` when they have no words for it."""
    pieces = [piece for piece in _merged(_pieces(operations)) if sanitized(piece.text)]
    if not pieces:
        return CUSTOM
    whole = "_".join(sanitized(piece.text) for piece in pieces)
    tables = {operation.key for operation in operations if isinstance(operation, TableOperation)}
    if len(whole) > LONGEST and len(tables) == 1 and all(isinstance(o, TableOperation) for o in operations):
        return _cut(sanitized(f"alter_{tables.pop()}"), LONGEST)
    return whole if len(whole) <= LONGEST else _shortened(pieces)


@dataclass(frozen=True)
class _Piece:
    """A piece of a name: `words` around the names of `things`, then `end`."""

    words: str
    things: tuple[str, ...]
    end: str = ""

    @property
    def text(self) -> str:
        return self.words.format("_and_".join(self.things)) + self.end


def _pieces(operations: Sequence[Operation]) -> list[_Piece]:
    """A piece for each operation that has words, but for those that go without saying."""
    tables = {o.key for o in operations if isinstance(o, AddColumn | AlterColumn | DropColumn)}
    tables |= {o.table.key for o in operations if isinstance(o, CreateTable)}
    pieces = []
    for operation in operations:
        if isinstance(operation, _PARTS) and operation.key in tables:
            continue
        fragment = operation.fragment()
        if isinstance(operation, AddColumn):
            pieces.append(_Piece(_COLUMN_WORDS[AddColumn], (operation.column.name,), operation.table))
        elif isinstance(operation, DropColumn | AlterColumn):
            pieces.append(_Piece(_COLUMN_WORDS[type(operation)], (operation.column,), operation.table))
        elif isinstance(operation, CreateTable):
            pieces.append(_Piece(_WORDS[CreateTable], (operation.table.name,)))
        elif isinstance(operation, DropTable):
            pieces.append(_Piece(_WORDS[DropTable], (operation.table,)))
        elif fragment:
            pieces.append(_Piece("{}", (fragment,)))
    return pieces


def _merged(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Pieces that say the same of several things said once: `add_slug_and_views_to_posts`."""
    found: dict[tuple[str, str, str], _Piece] = {}
    for piece in pieces:
        key = (piece.words, piece.end, piece.text if piece.words == "{}" else "")
        before = found.get(key)
        things = piece.things if before is None else tuple(dict.fromkeys(before.things + piece.things))
        found[key] = _Piece(piece.words, things, piece.end)
    return list(found.values())


def _shortened(pieces: Sequence[_Piece]) -> str:
    """As many of the things of the first piece as fit, then as many further pieces."""
    first = pieces[0]
    while len(first.things) > 1 and len(sanitized(first.text)) > LONGEST:
        first = replace(first, things=first.things[:-1])
    kept = _cut(sanitized(first.text), LONGEST)
    for piece in pieces[1:]:
        if first != pieces[0] or len(kept) + 1 + len(sanitized(piece.text)) > LONGEST:
            break
        kept = f"{kept}_{sanitized(piece.text)}"
    return kept + MORE


def _joined(names: Sequence[str]) -> str:
    kept: list[str] = []
    for name in names:
        if kept and len("_and_".join([*kept, name])) > LONGEST + len(MORE):
            return "_and_".join(kept) + MORE
        kept.append(name)
    return "_and_".join(kept)


def _cut(name: str, longest: int) -> str:
    """The name cut between two words; inside a word only where the first is too long already."""
    while len(name) > longest and "_" in name:
        name = name.rpartition("_")[0]
    return name[:longest]
