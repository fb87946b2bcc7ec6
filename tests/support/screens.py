"""A terminal within this process: a stream that says it is one, and what its lines look like in the end."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from support.projects import ProjectFolder

ERASE = "\x1b[K"


class Screen(io.TextIOWrapper):
    """A stream with a terminal's answers. Its width is told by COLUMNS, as the whole process has one terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)
        self._held: io.BytesIO = self.buffer  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True

    @property
    def written(self) -> str:
        """All that was written, as it came."""
        return self._held.getvalue().decode(self.encoding, "replace")

    @property
    def lines(self) -> list[str]:
        """What is to be seen: a line that was begun anew has overwritten what stood there."""
        written = self.written
        return [_seen(line) for line in written.removesuffix("\n").split("\n")] if written else []


def _seen(line: str) -> str:
    cells: list[str] = []
    at = 0
    for piece in re.findall(r"\r|\x1b\[K|\x1b\[[0-9;]*m|[^\r\x1b]", line):
        if piece == "\r":
            at = 0
        elif piece == ERASE:
            del cells[at:]
        elif not piece.startswith("\x1b"):
            cells[at : at + 1] = [piece]
            at += 1
    return "".join(cells).rstrip()


@dataclass(frozen=True)
class Looked:
    """A command on such a terminal: results and progress share it, as they do on a real one."""

    code: int
    screen: Screen

    @property
    def lines(self) -> list[str]:
        return self.screen.lines


def look(
    project: ProjectFolder,
    *words: str,
    columns: int = 80,
    encoding: str = "utf-8",
    env: dict[str, str] | None = None,
) -> Looked:
    """Run a command on a terminal that wide."""
    screen = Screen(encoding)
    variables = {"COLUMNS": str(columns), "TERM": "xterm", **(env or {})}
    return Looked(project.run_into(screen, screen, words, variables), screen)
