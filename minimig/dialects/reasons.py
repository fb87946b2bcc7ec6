"""Why a database refused a statement, in its own words, whichever driver brought them.

psycopg's message holds DETAIL and HINT of PostgreSQL; asyncpg keeps them apart, and SQLAlchemy 2.0 puts the name of
asyncpg's class in front of its message.
"""

from __future__ import annotations

import re

import sqlalchemy as sa

_CLASS = re.compile(r"^<class '[\w.]+'>: ")


def reason(error: sa.exc.DBAPIError) -> str:
    """What the driver says, in one line."""
    orig = error.orig
    text = " ".join(_CLASS.sub("", str(orig)).split())
    under = orig.__cause__ if orig is not None and orig.__cause__ is not None else orig
    for word in ("detail", "hint"):
        more = getattr(under, word, None)
        if isinstance(more, str) and more not in text:
            text += f" {word.upper()}: {' '.join(more.split())}"
    return text
