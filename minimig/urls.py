"""Database URLs as text: the driver they mean, where a SQLite file lies, what must not be printed.

Text in, text out. SQLAlchemy could parse a URL, but it takes a while to import, refuses the postgres:// that
hosting services hand out, and cannot hide a password in text that it fails to parse, which is just when a URL
is printed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from minimig.errors import ConfigError
from minimig.masking import mask_url

__all__ = ["anchor_sqlite", "choose_driver", "has_password", "mask_url"]

SCHEMES = (
    (re.compile(r"^postgres(?:ql)?://"), "postgresql+psycopg://"),
    (re.compile(r"^postgres\+"), "postgresql+"),
    (re.compile(r"^(?:mysql|mariadb)://"), "mysql+pymysql://"),
    (re.compile(r"^oracle://"), "oracle+oracledb://"),
)
SQLITE_FILE = re.compile(r"(sqlite(?:\+\w+)?:///)([^?]*)(\?.*)?", re.DOTALL)


def choose_driver(url: str) -> str:
    """`url` with the driver that the extras install, or that is maintained, where it names none."""
    for pattern, scheme in SCHEMES:
        url = pattern.sub(scheme, url)
    return url


def anchor_sqlite(url: str, root: Path) -> str:
    """`url` with a relative SQLite path put under `root`; any other URL as it is.

    A path that depended on the working directory would give every caller a database of its own.
    """
    match = SQLITE_FILE.fullmatch(url)
    if match is None:
        return url
    scheme, name, query = match.groups()
    if name in ("", ":memory:") or name.startswith("file:") or re.match("[A-Za-z]:", name):
        return url
    path = os.path.normpath(root / name)
    if "?" in path:
        raise ConfigError("a SQLite URL cannot hold a path with a question mark", where=path, hint="rename the folder")
    return f"{scheme}{path}{query or ''}"


def has_password(url: str) -> bool:
    """Whether `url` itself holds a password; one that is only named, as in `${DB_PASSWORD}`, does not count."""
    bare = re.sub(r"\$\{\w+\}", "", url)
    return mask_url(bare) != bare
