"""A connection of SQLite in defensive mode, in which nobody writes into the schema by hand."""

from __future__ import annotations

import ctypes
import sqlite3
from typing import Any

import pytest

DEFENSIVE = 1010
"""SQLITE_DBCONFIG_DEFENSIVE (SQLite manual, "Database Connection Configuration Options")."""


def defend(connection: Any) -> None:
    """Switch it on: Python does from 3.12 on; before, SQLite's own interface, or a skip that says why not."""
    if hasattr(connection, "setconfig"):
        connection.setconfig(DEFENSIVE, True)
        return
    try:
        import _sqlite3

        configure = ctypes.CDLL(_sqlite3.__file__).sqlite3_db_config
    except (ImportError, OSError, AttributeError) as error:
        pytest.skip(f"SQLite's own interface is out of reach here: {error}")
    # The handle is the first thing in CPython's object; sqlite3.Connection adds nothing in front of it.
    handle = ctypes.c_void_p.from_address(id(connection) + object.__basicsize__)
    now = ctypes.c_int(0)
    assert configure(handle, DEFENSIVE, ctypes.c_int(1), ctypes.byref(now)) == sqlite3.SQLITE_OK
    assert now.value == 1
