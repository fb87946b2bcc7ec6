"""What keeps SQLite from writing, known without a statement: the file, the way it was opened, the room on its disk.

Whoever may write to the file may do everything in it, so the needs themselves do not matter, only that there are some.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from minimig.dialects.rights import Lack, Need, Room
from minimig.dialects.sqlite.driver import pragma

_WAY_OUT = "this database is read-only: {}"


def sqlite_lacks(connection: sa.Connection, needs: Sequence[Need]) -> tuple[Lack, ...]:
    """Why nothing can be written, if that is so. A folder that takes no files has failed the lock already."""
    if not needs:
        return ()
    if (pragma(connection, "query_only") or (0,))[0]:
        way_out = _WAY_OUT.format("leave PRAGMA query_only alone, or connect in another way")
        return (Lack(None, "this connection only reads (PRAGMA query_only)", way_out),)
    url = connection.engine.url
    if url.query.get("mode") == "ro" or url.query.get("immutable") in ("1", "true"):
        way_out = _WAY_OUT.format("take mode=ro and immutable out of the URL, or name a file that takes writes")
        return (Lack(None, "the URL opens the file for reading alone", way_out),)
    file = _file(connection)
    if file is not None and not os.access(file, os.W_OK):
        way_out = _WAY_OUT.format("give this user the right to write the file, or mount its disk for writing")
        return (Lack(None, f"the file {file} cannot be written", way_out),)
    return ()


def sqlite_room(connection: sa.Connection) -> Room | None:
    """The room on the disk of the file, and that inside it; None for a database in memory."""
    file = _file(connection)
    if file is None:
        return None
    pages = (pragma(connection, "freelist_count") or (0,))[0] * (pragma(connection, "page_size") or (0,))[0]
    return Room(str(file.parent), shutil.disk_usage(file.parent).free + pages, file.stat().st_size, _content)


def _content(connection: sa.Connection, table: str) -> int:
    """What a copy of a table takes at least, in bytes; 0 where this SQLite was built without dbstat."""
    query = "SELECT sum(payload) FROM dbstat WHERE schema = 'main' AND name = :table"
    try:
        return int(connection.execute(sa.text(query), {"table": table}).scalar() or 0)
    except sa.exc.DBAPIError:
        return 0


def _file(connection: sa.Connection) -> Path | None:
    """The file of the main database, if it has one and that is there."""
    main = pragma(connection, "database_list")
    file = Path(str(main[2])) if main and main[2] else None
    return file if file is not None and file.is_file() else None
