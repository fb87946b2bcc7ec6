"""How the mysql and mariadb clients want a script written: told where a body of several statements ends."""

from __future__ import annotations

from dataclasses import dataclass

from minimig.dialects.script_style import ScriptStyle

_SIGNS = (";;", "//", "$$", "%%%")


@dataclass(frozen=True)
class MySQLScript(ScriptStyle):
    """The body of a trigger or routine has semicolons of its own, so the client is told of another sign for its end."""

    def terminated(self, statement: str) -> str:
        if ";" not in statement:
            return super().terminated(statement)
        sign = next(sign for sign in _SIGNS if sign not in statement)
        return f"DELIMITER {sign}\n{statement}\n{sign}\nDELIMITER ;"
