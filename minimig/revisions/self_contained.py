"""Whether a revision file means the same as long as its own bytes are the same.

That is so where it is made of nothing but itself, SQLAlchemy and minimig's operations: it imports nothing else, and
uses of Python's own functions none that look at the world (`open`) or at the process (`hash`). A file that takes a
length from the project's constants, or its SQL from another file, means what these say on the day it is run.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection
from symtable import SymbolTable

from minimig.syntax import parsed, symbols

_HARMLESS = frozenset(
    {"bool", "bytes", "dict", "enumerate", "float", "int", "len", "list", "max", "min", "range", "reversed", "round"}
    | {"sorted", "str", "sum", "tuple", "zip"}
)
"""Functions of Python that give the same for the same arguments, in every process. (The order of a set is another.)"""

_PLAIN = (ast.Expr, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef)


def is_self_contained(source: bytes) -> bool:
    """Whether a valid revision file needs nothing but itself, SQLAlchemy and minimig's operations.

    In doubt it is not: what has anything else at its left margin than imports, assignments and functions is not looked
    into. A function may be called while the file is run, so it has to keep to the same rules.
    """
    table = symbols(source)
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported() or symbol.is_assigned()}
    if any(hasattr(builtins, name) for name in own):
        return False
    statements = all(isinstance(each, _PLAIN) or _is_ours(each) for each in parsed(source).body)
    return statements and _knows(table, own | _HARMLESS)


def _knows(table: SymbolTable, known: Collection[str]) -> bool:
    """Whether a scope, and each in it, takes from outside nothing but the names that are known."""
    is_module = table.get_type() == "module"
    if not is_module and any(symbol.is_imported() for symbol in table.get_symbols()):
        return False
    outside = [symbol for symbol in table.get_symbols() if is_module or symbol.is_global()]
    children = all(child.get_type() == "function" and _knows(child, known) for child in table.get_children())
    return children and all(symbol.get_name() in known for symbol in outside)


def _is_ours(statement: ast.stmt) -> bool:
    """Whether it imports from SQLAlchemy, or minimig's operations, and nothing else."""
    match statement:
        case ast.Import(names=names):
            return all(alias.name.partition(".")[0] == "sqlalchemy" for alias in names)
        case ast.ImportFrom(module=str() as module, names=names, level=0):
            whole = module.partition(".")[0] in ("sqlalchemy", "__future__") or module == "minimig.ops"
            return whole or (module == "minimig" and all(alias.name == "ops" for alias in names))
    return False
