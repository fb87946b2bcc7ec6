"""How psql wants a script written; other clients take it too, since every line is SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from minimig.dialects.script_style import Group, Guard, ScriptStyle


@dataclass(frozen=True)
class PostgreSQLScript(ScriptStyle):
    """What a step does under a condition is one DO block, whose statements are parsed when their turn comes."""

    session: tuple[str, ...] = (
        "SET client_encoding = 'UTF8'",
        "SET standard_conforming_strings = on",
        "SET client_min_messages = warning",
    )
    usage: str = "psql -X -v ON_ERROR_STOP=1 -d DATABASE -f FILE"
    whole_guard: bool = True

    def guarded(self, guard: Guard, groups: Sequence[Group], dialect: str) -> list[str]:
        text = "\n".join(line for comment, statements in groups for line in (comment, *statements)) + guard.query
        block, one = _tag("minimig", text), _tag("sql", text)
        lines = [f"DO {block}", "BEGIN", f"IF {guard.condition} THEN"]
        for comment, statements in groups:
            lines.append(f"    -- {comment}")
            lines += [f"    EXECUTE {one}{statement}{one};" for statement in statements]
        return [*lines, "    NULL;", "END IF;", "END", f"{block};"]


def _tag(word: str, text: str) -> str:
    """A dollar quote that does not occur in the text."""
    tags = (f"${word}{number or ''}$" for number in count())
    return next(tag for tag in tags if tag not in text)
