"""Splitting a script into statements: most drivers take one statement at a time."""

from __future__ import annotations

import sqlparse


def split_script(script: str) -> list[str]:
    """The statements of a script, without their closing semicolon and without pieces that are only comments."""
    statements = sqlparse.split(script.removeprefix("\ufeff"), strip_semicolon=True)
    return [s for s in statements if sqlparse.format(s, strip_comments=True).strip()]
