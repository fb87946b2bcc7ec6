"""How the mysql and mariadb clients want a script written: told where a body of several statements ends.

These clients stop at the first error, unless told otherwise. Nothing rolls DDL back, but rows that a migration changes
after its last DDL statement become permanent together with its version row, as they do over a connection.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from minimig.dialects.script_style import Frame, Group, Guard, ScriptStyle
from minimig.errors import UnsupportedError

_SIGNS = (";;", "//", "$$", "%%%")
_NOT_PREPARED = re.compile(
    r"\s*(?:CREATE|ALTER|DROP)\b(?:\s+OR\s+REPLACE)?(?:\s+DEFINER\s*=\s*\S+)?(?:\s+AGGREGATE)?"
    r"\s+(EVENT|FUNCTION|PROCEDURE|TRIGGER)\b",
    re.IGNORECASE,
)
"""What MySQL refuses to prepare (manual, "SQL Syntax Permitted in Prepared Statements"); MariaDB takes it from 10.6."""

_SQL_MODE = (
    "SET SESSION sql_mode = TRIM(TRAILING ',' FROM REPLACE(CONCAT('STRICT_ALL_TABLES,',"
    " REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '')), ',,', ','))"
)


@dataclass(frozen=True)
class MySQLScript(ScriptStyle):
    """The body of a trigger or routine has semicolons of its own, so the client is told of another sign for its end.

    A script runs in strict mode and with backslashes that mean something, whatever the server says: its literals are
    written for that. Its text is UTF-8, which not every client expects.
    """

    session: tuple[str, ...] = (
        "SET NAMES utf8mb4",
        _SQL_MODE,
    )
    loose: Frame = (("SET autocommit = 0",), ("COMMIT", "SET autocommit = 1"))
    usage: str = "mariadb DATABASE < FILE, or mysql DATABASE < FILE; without --force they stop at an error"

    def terminated(self, statement: str) -> str:
        if ";" not in statement:
            return super().terminated(statement)
        sign = next(sign for sign in _SIGNS if sign not in statement)
        return f"DELIMITER {sign}\n{statement}\n{sign}\nDELIMITER ;"

    def guarded(self, guard: Guard, groups: Sequence[Group], dialect: str) -> list[str]:
        """Each statement is prepared, or one that does nothing in its place: IF would need a stored procedure."""
        lines = [f"SET @minimig_run = {guard.condition};"]
        for comment, statements in groups:
            lines.append(f"-- {comment}")
            for statement in statements:
                if dialect == "mysql" and (match := _NOT_PREPARED.match(statement)):
                    raise UnsupportedError(
                        f"a script for MySQL cannot carry out {comment!r} under a condition: MySQL prepares no"
                        f" statement about a {match[1].lower()}",
                        hint="name the place where the database stands with --from, and leave --idempotent out;"
                        " MariaDB can do it: --dialect mariadb",
                    )
                lines += [
                    f"SET @minimig_sql = IF(@minimig_run, {_literal(statement)}, 'DO 0');",
                    "PREPARE minimig FROM @minimig_sql;",
                    "EXECUTE minimig;",
                    "DEALLOCATE PREPARE minimig;",
                ]
        return lines


def _literal(text: str) -> str:
    doubled = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
