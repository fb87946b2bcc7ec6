"""Which changes of a type Oracle does in place, while there are rows.

MODIFY never converts: it takes more room of the same kind, and strings of less room when all values fit (Oracle SQL
Reference, ALTER TABLE, "modify_column_clauses"). INTEGER is NUMBER(38), so that BIGINT, which SQLAlchemy spells
NUMBER(19), is less than INTEGER here.
"""

from __future__ import annotations

import re

_STRING = re.compile(r"(VARCHAR2?|NVARCHAR2|CHAR|NCHAR|RAW)\(\d+( CHAR| BYTE)?\)")
_NUMBER = re.compile(r"(?:NUMBER|NUMERIC|DECIMAL)\((\d+)(?:, ?(\d+))?\)")
_WHOLE = ("INTEGER", "SMALLINT", "NUMERIC", "DECIMAL")
_UNLIMITED = 1000


def modifies(old: str, new: str) -> bool:
    """Whether MODIFY leads from one type to the other, whatever the values."""
    before, after = _digits(old), _digits(new)
    if before is not None and after is not None:
        return before[0] <= after[0] and before[1] <= after[1]
    if old == "DATE" and new == "TIMESTAMP":
        return True
    return _family(old) == _family(new) is not None


def _family(text: str) -> str | None:
    match = _STRING.fullmatch(text)
    return None if match is None else {"VARCHAR": "VARCHAR2"}.get(match[1], match[1])


def _digits(text: str) -> tuple[int, int] | None:
    """How many digits a number has before and after its point."""
    if text in _WHOLE:
        return 38, 0
    if text == "NUMBER":
        return _UNLIMITED, _UNLIMITED
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    scale = int(match[2] or 0)
    return int(match[1]) - scale, scale
