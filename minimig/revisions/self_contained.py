"""Whether a revision file means the same as long as its own bytes are the same.

That is so where it is made of nothing but itself, SQLAlchemy and minimig's operations: it imports nothing else, and
uses of Python's own functions none that look at the world (`open`) or at the process (`hash`). A file that takes a
length from the project's constants, or its SQL from another file, means what these say on the day it is run.
"""

from __future__ import annotations

import ast
import builtins
from symtable import Symbol

from minimig.syntax import parsed, symbols

_HARMLESS = frozenset(
    {"bool", "bytes", "dict", "enumerate", "float", "int", "len", "list", "max", "min", "range", "reversed", "round"}
    | {"sorted", "str", "sum", "tuple", "zip"}
)
"""Functions of Python that give the same for the same arguments, in every process. (The order of a set is another.)"""

_PLAIN = (ast.Expr, ast.Assign, ast.AnnAssign)


def is_self_contained(source: bytes) -> bool:
    """Whether a valid revision file needs nothing but itself, SQLAlchemy and minimig's operations.

    In doubt it is not: one with a function, a comprehension, or anything at its left margin that is neither an import
    nor an assignment, is not looked into.
    """
    table = symbols(source)
    if table.has_children():
        return False
    statements = all(isinstance(each, _PLAIN) or _is_ours(each) for each in parsed(source).body)
    return statements and all(map(_is_known, table.get_symbols()))


def _is_known(symbol: Symbol) -> bool:
    """Whether a name is the file's own, or harmless."""
    name = symbol.get_name()
    own = symbol.is_imported() or symbol.is_assigned()
    return name in _HARMLESS or (own and not hasattr(builtins, name))


def _is_ours(statement: ast.stmt) -> bool:
    """Whether it imports from SQLAlchemy, or minimig's operations, and nothing else."""
    match statement:
        case ast.Import(names=names):
            return all(alias.name.partition(".")[0] == "sqlalchemy" for alias in names)
        case ast.ImportFrom(module=str() as module, names=names, level=0):
            whole = module.partition(".")[0] in ("sqlalchemy", "__future__") or module == "minimig.ops"
            return whole or (module == "minimig" and all(alias.name == "ops" for alias in names))
    return False
