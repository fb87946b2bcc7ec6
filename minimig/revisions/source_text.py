"""A Python file whose parts can be replaced where they stand, every other byte kept.

In: the bytes of a file, and edits: spans of its text and what is to stand there. Out: the bytes with the edits made, in
the same encoding, with the byte-order mark and the line ends that were there. Positions come from `ast` and `tokenize`,
which count lines and bytes of a normalized text; here they become places in the text as it is.

A concrete syntax tree (libcst) would do the same for any edit; for replacing a few lists, positions are enough.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from minimig.errors import RevisionFileError
from minimig.revisions.toplevel import decoded, parse

_LINE_END = re.compile(r"\r\n|\r|\n")


class Node(Protocol):
    """What has a place in the source."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


@dataclass(frozen=True)
class Edit:
    """New text for the span from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Comment:
    """A comment and where it stands; `row` counts lines from 1."""

    row: int
    start: int
    text: str


class SourceText:
    """The text of one file, with its syntax tree and its comments. Rows count from 1, as Python counts them.

    Raises RevisionFileError for what is no Python.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.text, self._encoding = decoded(path, data)
        self.tree = parse(path, data)
        ends = list(_LINE_END.finditer(self.text))
        self._starts = [0, *(end.end() for end in ends)]
        self.newline = ends[0][0] if ends else "\n"
        self.comments = tuple(self._comments())

    @property
    def rows(self) -> int:
        """The number of lines; the last may be empty."""
        return len(self._starts)

    def row_start(self, row: int) -> int:
        """Where a row begins; one past the last begins at the end of the text."""
        return self._starts[row - 1] if row <= len(self._starts) else len(self.text)

    def row_end(self, row: int) -> int:
        """Where a row ends, its line end included."""
        return self.row_start(row + 1)

    def span(self, node: Node) -> tuple[int, int]:
        """Where a node of the tree begins and ends."""
        return self._place(node.lineno, node.col_offset), self._place(last_row(node), node.end_col_offset or 0)

    def comments_in(self, start: int, end: int) -> tuple[Comment, ...]:
        """The comments that begin between two places."""
        return tuple(comment for comment in self.comments if start <= comment.start < end)

    def at(self, row: int) -> str:
        """A place for errors: `path:row`."""
        return f"{self.path}:{row}"

    def edited(self, edits: list[Edit]) -> bytes:
        """The file with these edits, which must not overlap. Edits at one place keep the order of the list."""
        parts: list[str] = []
        place = 0
        for edit in sorted(edits, key=lambda edit: edit.start):
            parts += [self.text[place : edit.start], edit.text]
            place = edit.end
        parts.append(self.text[place:])
        try:
            return "".join(parts).encode(self._encoding)
        except UnicodeEncodeError as error:
            raise RevisionFileError(
                f"{error.object[error.start : error.end]!r} cannot be written into a file in {self._encoding}",
                where=str(self.path),
                hint="save the file as UTF-8, without its coding comment, and run the command again",
            ) from error

    def lines(self, text: str) -> str:
        """New text with the line ends that the file has."""
        return text if self.newline == "\n" else text.replace("\n", self.newline)

    def _place(self, row: int, column: int) -> int:
        start = self.row_start(row)
        line = self.text[start : self.row_end(row)]
        # Columns of a syntax tree count bytes.
        return start + len(line.encode()[:column].decode())

    def _comments(self) -> list[Comment]:
        normal = _LINE_END.sub("\n", self.text)
        found = []
        for token in tokenize.generate_tokens(io.StringIO(normal).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                found.append(Comment(row, self.row_start(row) + column, token.string))
        return found


def last_row(node: Node) -> int:
    """The row in which a node ends."""
    return node.end_lineno or node.lineno


def names_used(node: ast.AST) -> frozenset[str]:
    """The names that an expression mentions."""
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
