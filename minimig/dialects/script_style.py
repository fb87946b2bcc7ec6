"""How a dialect's own client wants a script written: what frames it, and what ends each statement.

Lines for the client (`.bail on` for sqlite3, `:on error exit` for sqlcmd, `SET DEFINE OFF` for SQL*Plus) are no
statements and stand as they are. They see to it that a script stops at its first error: nearly every client would carry
on. (Alembic writes its batch separators, too, and leaves the rest to whoever runs the script.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minimig.errors import UnsupportedError

Frame = tuple[tuple[str, ...], tuple[str, ...]]
"""The statements that begin a transaction in a script, and those that end it."""

NO_FRAME: Frame = ((), ())

Group = tuple[str, Sequence[str]]
"""What a comment says, and the statements below it."""


@dataclass(frozen=True)
class Guard:
    """What a database is asked before a step: `query` finds the step's version row, which must be `there` or not."""

    query: str
    there: bool

    @property
    def condition(self) -> str:
        """The question as SQL."""
        return f"{'' if self.there else 'NOT '}EXISTS ({self.query})"


@dataclass(frozen=True)
class ScriptStyle:
    """`opening` and `closing` make one transaction of a migration, `loose` is around one where DDL commits by itself.

    `head` stands before everything, `session` behind it in the script of a whole run; `tail` are lines after a
    migration. `usage` is how the script is run so that it stops at its first error.
    """

    head: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    opening: tuple[str, ...] = ("BEGIN",)
    closing: tuple[str, ...] = ("COMMIT",)
    loose: Frame = NO_FRAME
    tail: tuple[str, ...] = ()
    batch_separator: str = ""
    """A line after each statement, for clients that send what stands before it as one batch."""
    usage: str = ""
    whole_guard: bool = False
    """Whether what `guarded` writes is one statement, which is a transaction by itself and can be in another one."""

    def terminated(self, statement: str) -> str:
        """A statement with its semicolon; below a comment at its end, which would swallow it."""
        last = statement.rpartition("\n")[2]
        end = "\n;" if "--" in last or "#" in last else ";"
        return f"{statement}{end}{self.batch_separator and chr(10)}{self.batch_separator}"

    def create_if_missing(self, create: str, table: str) -> str:
        """CREATE TABLE, of the table of that quoted name, as a statement that does nothing where the table is there."""
        return create.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)

    def guarded(self, guard: Guard, groups: Sequence[Group], dialect: str) -> list[str]:
        """The lines of statements that are carried out where the guard lets them. Raises UnsupportedError."""
        raise UnsupportedError(
            f"a script for {dialect} cannot decide which migrations to run: {dialect} has no conditional statements",
            hint="name the place where the database stands with --from, and leave --idempotent out",
        )
