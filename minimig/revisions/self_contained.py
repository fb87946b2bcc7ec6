"""Whether a revision file means the same as long as its own bytes are the same.

That is so where it is made of nothing but itself, SQLAlchemy and minimig's operations: it imports nothing else, and
uses of Python's own functions none that look at the world (`open`) or at the process (`hash`), and of SQLAlchemy what
describes a schema and no more. A file that takes a length from the project's constants, its SQL from another file, or
a name from a database that it asks, means what these say on the day it is run.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection
from symtable import SymbolTable

from minimig.syntax import parsed, symbols

_HARMLESS = frozenset(
    {"bool", "bytes", "dict", "enumerate", "float", "int", "len", "list", "max", "min", "range", "reversed", "round"}
    | {"sorted", "str", "sum", "tuple", "zip"}
)
"""Functions of Python that give the same for the same arguments, in every process. (The order of a set is another.)"""

_DESCRIBING = re.compile(r"sqlalchemy(\.(types|schema|sql|sql\.expression|dialects(\.\w+)?))?")
"""Modules of SQLAlchemy that describe a schema. Importing one of the others may change what these do (`compiles`)."""

_ACTIVE = frozenset({"engine", "event", "ext", "inspection", "log", "orm", "pool", "registry", "util"}) | {
    *("create_engine", "create_mock_engine", "create_pool_from_url", "engine_from_config"),
}
"""What else is found in these modules: ways to a database, to the rest of the process, and to other modules."""

_PLAIN = (ast.Expr, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef)


def is_self_contained(source: bytes) -> bool:
    """Whether a valid revision file needs nothing but itself, SQLAlchemy and minimig's operations.

    In doubt it is not: what has anything else at its left margin than imports, assignments and functions is not looked
    into. A function may be called while the file is run, so it has to keep to the same rules.
    """
    table = symbols(source)
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported() or symbol.is_assigned()}
    if any(hasattr(builtins, name) or _is_special(name) for name in own):
        return False
    tree = parsed(source)
    statements = all(isinstance(each, _PLAIN) or _is_ours(each) for each in tree.body)
    return statements and _knows(table, own | _HARMLESS) and not any(_reaches_out(each, own) for each in ast.walk(tree))


def _knows(table: SymbolTable, known: Collection[str]) -> bool:
    """Whether a scope, and each in it, takes from outside nothing but the names that are known."""
    is_module = table.get_type() == "module"
    if not is_module and any(symbol.is_imported() for symbol in table.get_symbols()):
        return False
    outside = [symbol for symbol in table.get_symbols() if is_module or symbol.is_global()]
    children = all(child.get_type() == "function" and _knows(child, known) for child in table.get_children())
    return children and all(symbol.get_name() in known for symbol in outside)


def _is_ours(statement: ast.stmt) -> bool:
    """Whether it imports what describes a schema, or minimig's operations, and nothing else."""
    match statement:
        case ast.Import(names=names):
            return all(_DESCRIBING.fullmatch(alias.name) for alias in names)
        case ast.ImportFrom(module="minimig", names=names, level=0):
            return all(alias.name == "ops" for alias in names)
        case ast.ImportFrom(module=str() as module, names=names, level=0):
            whole = module in ("__future__", "minimig.ops") or _DESCRIBING.fullmatch(module)
            return bool(whole) and _ACTIVE.isdisjoint(alias.name for alias in names)
    return False


def _reaches_out(node: ast.AST, own: Collection[str]) -> bool:
    """Whether it is an attribute that leads out of the file, or one of what the file was given that is changed."""
    if not isinstance(node, ast.Attribute):
        return False
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        root = root.value
    is_given = isinstance(root, ast.Name) and root.id in own
    return _is_special(node.attr) or (is_given and (node.attr in _ACTIVE or not isinstance(node.ctx, ast.Load)))


def _is_special(name: str) -> bool:
    """Whether Python gives it a meaning: by such names everything can be reached (`step.__globals__`)."""
    return name.startswith("__")
