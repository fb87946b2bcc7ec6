"""One list of a revision file, edited item by item: items that stay keep their text and the comments about them.

In: a list in a `SourceText`, and its new items, each either the place of an old one or new source. Out: edits. What
would take a comment, a star or a computed item along with it is refused, with its line: a person has to decide.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from minimig.errors import RevisionFileError
from minimig.revisions.source_text import Edit, SourceText, last_row, names_used

Entry = int | str
"""The place of an item that stays, or the source of a new one, its further lines indented as in a list."""

BY_HAND = "edit the list by hand"


@dataclass(frozen=True)
class ListInSource:
    """The list that `name` is set to. `own` are names that the file defines itself; None for a list of plain words."""

    source: SourceText
    name: str
    node: ast.List | ast.Tuple
    own: frozenset[str] | None = None

    def edits(self, entries: Sequence[Entry]) -> list[Edit]:
        """The edits that make the list hold these entries. Raises RevisionFileError where something would be lost."""
        old = self.node.elts
        if list(entries) == list(range(len(old))):
            return []
        kept = {entry for entry in entries if isinstance(entry, int)}
        for place, item in enumerate(old):
            if isinstance(item, ast.Starred):
                raise self.refusal(item.lineno, "holds a star item, so its items cannot be told apart")
            if place not in kept:
                self._check_replaceable(item)
        if self.own is None and self._in_place(entries):
            pairs = zip(entries, old, strict=True)
            return [Edit(*self.source.span(item), text) for text, item in pairs if isinstance(text, str)]
        self._check_gaps()
        return self._open(entries)

    def refusal(self, row: int, problem: str) -> RevisionFileError:
        """The error that says why this list cannot be edited."""
        return RevisionFileError(
            f"`{self.name}` {problem}; it is not rewritten, so that nothing is lost",
            where=self.source.at(row),
            hint=BY_HAND,
        )

    def _in_place(self, entries: Sequence[Entry]) -> bool:
        same_length = len(entries) == len(self.node.elts)
        return same_length and all(isinstance(entry, str) or entry == n for n, entry in enumerate(entries))

    def _check_replaceable(self, item: ast.expr) -> None:
        """Raise for an item that is more than a call with values written out."""
        if self.own is None:
            return
        if not isinstance(item, ast.Call):
            raise self.refusal(item.lineno, f"has an item that is no call, {ast.unparse(item)}")
        helpers = sorted(names_used(item) & self.own)
        if helpers:
            raise self.refusal(item.lineno, f"has an item built with {helpers[0]}, which would be written out")

    def _is_open(self) -> bool:
        """Whether each item has rows of its own, its comma behind it, between the rows of the brackets."""
        source, items = self.source, self.node.elts
        rows = [self.node.lineno, *(row for item in items for row in (item.lineno, last_row(item)))]
        alone = all(start > end for start, end in zip(rows[1::2], rows[0::2], strict=False))
        if not alone or last_row(self.node) <= rows[-1] or self.node.lineno == last_row(self.node):
            return False
        starts = [(source.row_start(item.lineno), source.span(item)[0]) for item in items]
        starts.append((source.row_start(last_row(self.node)), source.span(self.node)[1] - 1))
        behind = [self._code(source.span(item)[1], source.row_end(last_row(item))) for item in items]
        commas = all(text == "," for text in behind[:-1]) and behind[-1:] in ([], [""], [","])
        return commas and not any(source.text[start:end].strip() for start, end in starts)

    def _check_gaps(self) -> None:
        """Raise where more than commas stands between items: brackets around one, a line that goes on."""
        ends = [self.source.span(item) for item in self.node.elts]
        gaps = [self._code(end, start) for (_, end), (start, _) in pairwise(ends)]
        last = self._code(ends[-1][1], self.source.span(self.node)[1]) if ends else ""
        if any(gap != "," for gap in gaps) or last not in ("", ",", "]", ",]", ")", ",)"):
            raise self.refusal(self.node.lineno, "has an item in brackets of its own")

    def _code(self, start: int, end: int) -> str:
        """What stands between two places, without comments and spaces."""
        place, parts = start, []
        for comment in self.source.comments_in(start, end):
            parts.append(self.source.text[place : comment.start])
            place = comment.start + len(comment.text)
        return "".join("".join([*parts, self.source.text[place:end]]).split())

    def _open(self, entries: Sequence[Entry]) -> list[Edit]:
        source, old = self.source, self.node.elts
        if not self._is_open():
            return self._inline(entries)
        ends = [self.node.lineno, *(last_row(item) for item in old)]
        chunks = [(source.row_end(above), source.row_end(below)) for above, below in pairwise(ends)]
        kept = {entry for entry in entries if isinstance(entry, int)}
        for place, (start, end) in enumerate(chunks):
            if place not in kept:
                self._refuse_comments(start, end)
        parts = [self._kept(e, *chunks[e]) if isinstance(e, int) else source.lines(f"    {e},\n") for e in entries]
        return [Edit(source.row_end(ends[0]), source.row_end(ends[-1]), "".join(parts))]

    def _kept(self, place: int, start: int, end: int) -> str:
        """The rows of an item and of the comments above it, with a comma behind it in any case."""
        text, item_end = self.source.text, self.source.span(self.node.elts[place])[1]
        comma = "" if self._code(item_end, end) else ","
        return text[start:item_end] + comma + text[item_end:end]

    def _inline(self, entries: Sequence[Entry]) -> list[Edit]:
        start, end = self.source.span(self.node)
        self._refuse_comments(start, end)
        texts = [self._text(entry) for entry in entries]
        one_line = f"[{', '.join(texts)}]"
        if self.own is None and "\n" not in one_line and len(one_line) + len(self.name) + 3 <= 88:
            return [Edit(start, end, one_line)]
        items = "".join(f"    {text},\n" for text in texts)
        return [Edit(start, end, self.source.lines(f"[\n{items}]") if texts else "[]")]

    def _text(self, entry: Entry) -> str:
        if isinstance(entry, str):
            return entry
        start, end = self.source.span(self.node.elts[entry])
        return self.source.text[start:end].replace(self.source.newline, "\n")

    def _refuse_comments(self, start: int, end: int) -> None:
        for comment in self.source.comments_in(start, end):
            raise self.refusal(comment.row, f"would lose the comment {comment.text!r}")
