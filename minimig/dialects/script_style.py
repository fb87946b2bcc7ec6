"""How a dialect's own client wants a script written: what frames it, and what ends each statement.

Lines for the client (`.bail on` for sqlite3, `:on error exit` for sqlcmd, `SET DEFINE OFF` for SQL*Plus) are no
statements and stand as they are. They see to it that a script stops at its first error: nearly every client would carry
on. (Alembic writes its batch separators, too, and leaves the rest to whoever runs the script.)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScriptStyle:
    """`head` and `tail` are lines around everything; `opening` and `closing` make one transaction of a migration."""

    head: tuple[str, ...] = ()
    opening: tuple[str, ...] = ("BEGIN",)
    closing: tuple[str, ...] = ("COMMIT",)
    tail: tuple[str, ...] = ()
    batch_separator: str = ""
    """A line after each statement, for clients that send what stands before it as one batch."""

    def terminated(self, statement: str) -> str:
        """A statement with its semicolon; below a comment at its end, which would swallow it."""
        last = statement.rpartition("\n")[2]
        end = "\n;" if "--" in last or "#" in last else ";"
        return f"{statement}{end}{self.batch_separator and chr(10)}{self.batch_separator}"
