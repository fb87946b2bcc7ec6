"""The flags that answer questions in advance: how each is spelled, read, and matched with a name."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from minimig.errors import UsageError


def rename_flag(old: str, new: str) -> str:
    """`--rename users.nick:handle`."""
    return f"--rename {old}:{new}"


def drop_flag(name: str) -> str:
    """`--drop users.nick`, quoted where a shell would look for files."""
    return f"--drop '{name}'" if is_pattern(name) else f"--drop {name}"


def fill_flag(column: str, sql: str) -> str:
    """`--fill posts.slug="''"`."""
    return f'--fill {column}="{sql}"'


def using_flag(column: str, sql: str) -> str:
    """`--using posts.rank="length(rank)"`."""
    return f'--using {column}="{sql}"'


def parse_rename(text: str) -> tuple[str, str]:
    """`users.nick:handle`, `users.nick:users.handle` or `users:accounts` as old and new. Raises UsageError."""
    old, colon, new = (part.strip() for part in text.partition(":"))
    if not colon or not old or not new or ":" in new or "" in [*old.split("."), *new.split(".")]:
        raise UsageError(
            f"--rename {text} is not OLD:NEW", hint="for example --rename users.nick:handle or --rename users:accounts"
        )
    return old, new


def parse_sql(flag: str, text: str) -> tuple[str, str]:
    """`posts.slug=lower(title)` as the column and the SQL. Raises UsageError."""
    column, separator, sql = text.partition("=")
    if not separator or "." not in column:
        raise UsageError(f"{flag} {text} is not TABLE.COLUMN=SQL", hint=f"for example {flag} \"posts.slug=''\"")
    return column, sql


def is_pattern(name: str) -> bool:
    """Whether a name may stand for several: `legacy_*`, `users.*`."""
    return any(sign in name for sign in "*?[")


def matching(names: Iterable[str], patterns: Iterable[str]) -> str | None:
    """The pattern that one of the names fits, the first in the order of the alphabet."""
    known = list(names)
    fits = (p for p in sorted(patterns) if is_pattern(p) and any(fnmatchcase(name, p) for name in known))
    return next(fits, None)
