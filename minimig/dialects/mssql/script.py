"""How sqlcmd wants a script written: in batches, each of which the server reads as a whole before it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minimig.dialects.mssql.batches import in_pieces, literal
from minimig.dialects.script_style import Group, Guard, ScriptStyle

_NUMBERS = re.compile(r"SET IDENTITY_INSERT .* (ON|OFF)$", re.DOTALL)


@dataclass(frozen=True)
class SQLCmdScript(ScriptStyle):
    """The style of sqlcmd; SQL Server Management Studio reads it in SQLCMD mode.

    sqlcmd would carry on after an error, outside the transaction by then; and it switches QUOTED_IDENTIFIER off, which
    filtered indexes and computed columns need.
    """

    head: tuple[str, ...] = (":on error exit", "GO", "SET QUOTED_IDENTIFIER ON;", "SET XACT_ABORT ON;", "GO")
    opening: tuple[str, ...] = ("BEGIN TRANSACTION",)
    batch_separator: str = "GO"
    usage: str = "sqlcmd -b -x -f 65001 -d DATABASE -i FILE"

    def create_if_missing(self, create: str, table: str) -> str:
        return f"IF OBJECT_ID({literal(table)}) IS NULL\n{create}"

    def guarded(self, guard: Guard, groups: Sequence[Group], dialect: str) -> list[str]:
        lines = [f"IF {guard.condition}", "BEGIN"]
        for comment, statements in groups:
            lines.append(f"    -- {comment}")
            lines += [f"    EXEC({in_pieces(_text(batch))});" for batch in _batches(statements)]
        return [*lines, "END;", self.batch_separator]


def _text(batch: str) -> str:
    return "N'" + batch.replace("'", "''") + "'"


def _batches(statements: Sequence[str]) -> Iterator[str]:
    """The statements, in one batch where a setting must last: each EXEC takes its settings back."""
    together: list[str] = []
    for statement in statements:
        switch = _NUMBERS.match(statement)
        if switch and switch[1] == "ON":
            together = [statement]
        elif together:
            together.append(statement)
            if switch:
                yield ";\n".join(together)
                together = []
        else:
            yield statement
    yield from together
