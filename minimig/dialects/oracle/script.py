"""Scripts for SQL*Plus, which SQLcl and SQL Developer read, too.

A slash on a line of its own sends what stands before it. A semicolon would send it as well, so that a statement with
both ran twice; only a block of PL/SQL has one, as part of the block. DDL commits by itself, so no frame makes one
transaction of a script: what data steps leave open is committed at its end. `&x` must not ask for a value, and an empty
line in a string must not end the statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from minimig.dialects.oracle.literal import IN_PLSQL, text_literal
from minimig.dialects.script_style import Group, Guard, ScriptStyle

_BLOCK = re.compile(
    r"\s*(?:DECLARE|BEGIN|CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:NON)?EDITIONABLE\s+)?"
    r"(?:FUNCTION|PACKAGE|PROCEDURE|TRIGGER|TYPE\s+BODY))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SQLPlusScript(ScriptStyle):
    """The style of SQL*Plus."""

    head: tuple[str, ...] = ("WHENEVER SQLERROR EXIT FAILURE ROLLBACK", "SET DEFINE OFF", "SET SQLBLANKLINES ON")
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    tail: tuple[str, ...] = ("COMMIT", "/")
    batch_separator: str = "/"
    usage: str = "sqlplus -S USER@DATABASE @FILE, with NLS_LANG=.AL32UTF8 in the environment"

    def terminated(self, statement: str) -> str:
        return f"{whole(statement)}\n{self.batch_separator}"

    def create_if_missing(self, create: str, table: str) -> str:
        """IF NOT EXISTS came with version 23."""
        return (
            f"BEGIN\n    EXECUTE IMMEDIATE {text_literal(create, IN_PLSQL)};\n"
            "EXCEPTION WHEN OTHERS THEN\n    IF SQLCODE != -955 THEN RAISE; END IF;\nEND"
        )

    def guarded(self, guard: Guard, groups: Sequence[Group], dialect: str) -> list[str]:
        lines = ["DECLARE", "    found PLS_INTEGER;", "BEGIN", f"SELECT COUNT(*) INTO found FROM ({guard.query});"]
        lines.append(f"IF found {'>' if guard.there else '='} 0 THEN")
        for comment, statements in groups:
            lines.append(f"    -- {comment}")
            lines += [f"    EXECUTE IMMEDIATE {text_literal(whole(each), IN_PLSQL)};" for each in statements]
        return [*lines, "    NULL;", "END IF;", "END;", self.batch_separator]


def whole(statement: str) -> str:
    """A block of PL/SQL with the semicolon that belongs to it; another statement as it is."""
    return f"{statement.rstrip().rstrip(';')};" if _BLOCK.match(statement) else statement
