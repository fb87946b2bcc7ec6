"""Python's parser, one call at a time.

Until 3.11.8 and 3.12.1 the parser counts how deep it is in one place for all threads, and two that parse at once may
fail with a SystemError (https://github.com/python/cpython/issues/106905). Tenants are migrated by several threads.
"""

from __future__ import annotations

import ast
import symtable
from threading import Lock

_ONE_AT_A_TIME = Lock()


def parsed(source: str | bytes, filename: str = "<unknown>") -> ast.Module:
    """The syntax tree of a module. Raises what `ast.parse` raises: SyntaxError, ValueError, MemoryError and such."""
    with _ONE_AT_A_TIME:
        return ast.parse(source, filename)


def symbols(source: str | bytes) -> symtable.SymbolTable:
    """What the compiler knows about the names of a module. Raises as `parsed` does."""
    with _ONE_AT_A_TIME:
        return symtable.symtable(source, "<unknown>", "exec")  # type: ignore[arg-type]  # it takes bytes as compile does
