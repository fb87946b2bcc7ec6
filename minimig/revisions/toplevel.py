"""What a Python file sets at module level, seen by parsing alone.

In: the path of a file. Out: its syntax tree, and from a tree the `Binding`s: which name is set where, and
how. Nothing is executed, and nothing here knows what a revision file is; `header` gives the names their
meaning.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from minimig.errors import RevisionFileError
from minimig.syntax import parsed

_OWN_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Binding:
    """One place at module level that touches a name.

    `value` is there only for a plain `name = value` at the left margin. `kind` is "data" for any
    assignment, "edit" for a use such as `name.append(...)` or `name[0] = ...` that may change a value in
    place, "other" for the rest: `def`, `class`, `import`, `for`, `del`.
    """

    name: str
    line: int
    kind: Literal["data", "edit", "other"]
    value: ast.expr | None = None


def parse(path: Path, data: bytes | None = None) -> ast.Module:
    """The syntax tree of a file, or of `data` in its place.

    RevisionFileError, with the line and its text, where it is not Python.
    """
    source = decoded(path, _read(path) if data is None else data)[0]
    try:
        return parsed(source, str(path))
    except SyntaxError as error:
        line = error.lineno or 1
        wrong = next(iter(source.splitlines()[line - 1 : line]), "").strip()
        raise RevisionFileError(
            f"the revision file is not valid Python: {error.msg}\n    {wrong}",
            where=f"{path}:{line}",
            hint="correct this line; Python found the error here or just above",
            code="MM401",
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nested too deep for the parser
        raise RevisionFileError(
            f"the revision file cannot be parsed: {error}",
            where=str(path),
            hint="is it a Python file at all?",
        ) from error


def bindings(tree: ast.Module) -> Iterator[Binding]:
    """The names that module-level statements bind or edit, also inside `if`, `try`, `for` and `with`."""
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield Binding(name, statement.lineno, "data", value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield Binding(name, statement.lineno, "data", value)
            case ast.AnnAssign(value=None):
                pass  # an annotation alone sets nothing
            case _:
                yield from _compound(statement)


def _compound(statement: ast.stmt) -> Iterator[Binding]:
    stack: list[ast.AST] = [statement]
    while stack:
        match stack.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) as node:
                yield Binding(name, node.lineno, "other")
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases) as node:
                for alias in aliases:
                    yield Binding(alias.asname or alias.name.partition(".")[0], node.lineno, "other")
            case ast.Assign(targets=targets):
                yield from _targets(*targets)
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
                yield from _targets(target)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) as node:
                yield Binding(name, node.lineno, "other")
            case ast.Attribute(value=ast.Name(id=name)) | ast.Subscript(value=ast.Name(id=name)) as node:
                yield Binding(name, node.lineno, "edit")
            case node if not isinstance(node, _OWN_SCOPE):
                stack.extend(ast.iter_child_nodes(node))


def _targets(*targets: ast.expr) -> Iterator[Binding]:
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                # In `name[0] = ...` and `name.x = ...` Python loads the name and changes what it stands for.
                yield Binding(node.id, node.lineno, "data" if isinstance(node.ctx, ast.Store) else "edit")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RevisionFileError(
            f"the revision file cannot be read: {error.strerror}",
            where=str(path),
            hint="check that it exists and that this user may read it",
        ) from error


def decoded(path: Path, data: bytes) -> tuple[str, str]:
    """The text of a file as Python itself would decode it (byte-order mark, coding comment), and its encoding."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RevisionFileError(
            f"the revision file is not valid {error.encoding} text: byte 0x{data[error.start]:02x}",
            where=f"{path}:{line}",
            hint="save it as UTF-8",
        ) from error
    except SyntaxError as error:
        raise RevisionFileError(
            f"the encoding of the revision file is unclear: {error.msg}",
            where=f"{path}:1",
            hint="save it as UTF-8",
        ) from error
