"""What a revision file means, apart from how it is spelled.

In: a migration. Out: a canonical text and its checksum, which the version table keeps, so that a change of an applied
file can be told from a cosmetic edit. Comments, formatting, docstrings, quotes, labels, dependencies and the order of
keyword arguments do not count; operations, their values, and the code of data steps that stand in the file do. A
function imported from elsewhere counts by its name: the file cannot vouch for what other modules hold tomorrow.

Neither Django nor Alembic keeps a checksum; tools that hash the bytes of a file cry wolf over every comment.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from hashlib import sha256
from types import FunctionType
from typing import Any

from minimig.errors import WriterError
from minimig.operations.base import Operation
from minimig.revisions.header import LITERAL_NAMES, OPERATION_NAMES
from minimig.revisions.loader import Migration
from minimig.revisions.serializer import Imports, Rule, Serializer, Writing
from minimig.syntax import parsed

VERSION = 1
_SPELLING = frozenset({"ctx", "kind", "type_comment", "annotation", "returns"})


def checksum(migration: Migration) -> str:
    """The SHA-256 of what the migration means, after the version of the way in which that is told: `1:e3b0...`.

    When the canonical text changes, so does the version, and rows written before are known for what they are.
    """
    return migration.meant or f"{VERSION}:{sha256(meaning(migration).encode()).hexdigest()}"


def is_comparable(written: str | None) -> bool:
    """Whether a checksum was told in the way of this version, so that another one means another migration."""
    return written is not None and written.startswith(f"{VERSION}:")


def meaning(migration: Migration) -> str:
    """A canonical text of what the migration does: equal for two files that do the same."""
    used: list[FunctionType] = []
    serializer = Serializer([_function_rule(migration, used)])
    imports = Imports()
    try:
        up = serializer.list_source(migration.up, imports, one_line=True)
        down = "the reverse"
        if migration.down is not None:
            down = serializer.list_source(migration.down, imports, one_line=True)
    except WriterError:
        # A lambda, or a value that no rule writes: then the file's own code is what it means.
        return "\n".join(_code(migration, LITERAL_NAMES))
    code = _code(migration, LITERAL_NAMES + OPERATION_NAMES) if used else ()
    return "\n".join([*code, f"up = {up}", f"down = {down}"])


def operation_meaning(migration: Migration, operation: Operation) -> str:
    """The same of one operation of the migration, with the file's own code where it calls some."""
    used: list[FunctionType] = []
    try:
        said = Serializer([_function_rule(migration, used)]).operation_source(operation)
    except WriterError:
        return "\n".join([*_code(migration, LITERAL_NAMES + OPERATION_NAMES), operation.describe()])
    return "\n".join([*(_code(migration, LITERAL_NAMES + OPERATION_NAMES) if used else ()), said])


def _function_rule(migration: Migration, used: list[FunctionType]) -> Rule:
    """A rule that writes functions of the file itself by their names, and notes that there are some."""
    path = str(migration.header.path)

    def write(function: FunctionType, writing: Writing) -> Any:
        if function.__code__.co_filename != path or "<" in function.__qualname__:
            rest = tuple(rule for rule in writing.rules if rule[1] is not write)
            return Writing(rest, writing.imports, writing.place).value(function)
        used.append(function)
        return function.__qualname__

    return FunctionType, write


def _code(migration: Migration, without: tuple[str, ...]) -> Iterator[str]:
    """The top-level statements of the file but for its docstring and the names in `without`, one a line."""
    for statement in parsed(migration.source).body:
        match statement:
            case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():
                continue  # what an import brings counts where it is used, by its name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name in without:
                    continue
        yield _dumped(statement)


def _dumped(node: Any) -> str:
    """A syntax tree as text that is the same in every version of Python: what is empty is left out.

    `ast.dump` and `ast.unparse` both changed between versions, and this text is compared years later.
    """
    if isinstance(node, list):
        return f"[{', '.join(_dumped(item) for item in node)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: _without_docstring(value) for name, value in ast.iter_fields(node) if name not in _SPELLING}
    parts = [f"{name}={_dumped(value)}" for name, value in fields.items() if value is not None and value != []]
    return f"{type(node).__name__}({', '.join(parts)})"


def _without_docstring(value: Any) -> Any:
    """A list of statements without those that are nothing but a constant: docstrings, dots."""
    if not isinstance(value, list):
        return value
    return [item for item in value if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))]
