"""The functions of data steps, carried over from old revision files into a new one.

In: loaded migrations. Out: the source of their functions and of everything at the top of their files that these use,
imports included, as a `Carried`; and the name that each function has in the new file. Two files may call two things by
one name: the later one then gets the number of its file behind its name.

Django refers to the old modules instead, whose names start with digits, so that the new file is not even Python.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType

from minimig.errors import WriterError
from minimig.revisions.header import LITERAL_NAMES, OPERATION_NAMES
from minimig.revisions.loader import Migration
from minimig.revisions.toplevel import bindings
from minimig.syntax import parsed

_IMPORTS = (ast.Import, ast.ImportFrom)
_USUAL = frozenset({"from minimig import ops", "from __future__ import annotations"})


@dataclass(frozen=True)
class Carried:
    """Source to stand above the lists of a new file. `names` gives the new name of each thing, by file and old name."""

    imports: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All definitions, two empty lines between them."""
        return "\n\n\n".join(self.definitions)

    def name_of(self, function: FunctionType) -> str | None:
        """What a function of one of the old files is called in the new one; None for one from elsewhere."""
        return self.names.get((function.__code__.co_filename, function.__qualname__))


NOTHING = Carried()


@dataclass(frozen=True)
class _Statement:
    """One statement at the top of a file: the names it binds or may change in place, and those it uses."""

    node: ast.stmt
    binds: frozenset[str]
    uses: frozenset[str]


def carry(migrations: Iterable[Migration]) -> Carried:
    """What the data steps of these migrations need. Raises WriterError for a function that cannot be carried."""
    imports: dict[str, None] = {}
    definitions: list[str] = []
    names: dict[tuple[str, str], str] = {}
    taken: dict[str, str] = {}
    for migration in migrations:
        path = str(migration.header.path)
        wanted = _functions(migration)
        if not wanted:
            continue
        source = migration.source.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        needed = _needed(_statements(source, path), wanted, path)
        renamed = _renamed(needed, source, taken, migration.header.name)
        names.update({(path, name): renamed.get(name, name) for statement in needed for name in statement.binds})
        _refuse_hidden(needed, renamed.keys(), path)
        earlier = frozenset(definitions)
        for statement in needed:
            text = _spelled(statement, source, renamed)
            if isinstance(statement.node, ast.Import | ast.ImportFrom):
                imports.update({} if text in _USUAL else {text: None})
            elif text not in earlier:
                definitions.append(text)
    return Carried(tuple(imports), tuple(definitions), names)


def _functions(migration: Migration) -> frozenset[str]:
    """The names of functions of the file itself that its operations hold."""
    path = str(migration.header.path)
    found: set[str] = set()
    for operation in (*migration.up, *(migration.down or ())):
        args, named = operation.arguments()
        for value in (*args, *named.values()):
            if isinstance(value, FunctionType) and value.__code__.co_filename == path:
                if "<" in value.__qualname__ or "." in value.__qualname__:
                    raise WriterError(
                        f"{value.__qualname__} of {migration.revision} cannot be carried into another file",
                        where=path,
                        hint="make it a function with a name, at the left margin of its file",
                    )
                found.add(value.__qualname__)
    return frozenset(found)


def _statements(source: str, path: str) -> list[_Statement]:
    nodes = parsed(source).body
    for node in nodes:
        if node.col_offset:
            raise WriterError(
                "two statements in one line cannot be carried into another file",
                where=f"{path}:{node.lineno}",
                hint="put each on a line of its own",
            )
    own = {name for node in nodes if not isinstance(node, _IMPORTS) for name in _bound(node)}
    found = []
    for node in nodes:
        uses = frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        edited = {binding.name for binding in bindings(ast.Module([node], []))}
        # A bare call may change in place whatever it is given.
        edited |= uses if isinstance(node, ast.Expr) else set()
        binds = frozenset(_bound(node)) | (edited & own)
        if binds and binds.isdisjoint((*LITERAL_NAMES, *OPERATION_NAMES)):
            found.append(_Statement(node, binds, uses))
    return found


def _bound(node: ast.stmt) -> Iterable[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from map(_imported, aliases)
        case _:
            yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _imported(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _needed(statements: Iterable[_Statement], wanted: Iterable[str], path: str) -> list[_Statement]:
    """The statements that these names need, however indirectly, in the order of the file."""
    every = list(statements)
    missing = set(wanted)
    chosen: set[int] = set()
    while missing:
        name = missing.pop()
        for number, statement in enumerate(every):
            if name in statement.binds and number not in chosen:
                chosen.add(number)
                missing |= statement.uses
    lost = set(wanted) - {name for number in chosen for name in every[number].binds}
    if lost:
        raise WriterError(f"{', '.join(sorted(lost))} is not defined at the left margin of its file", where=path)
    return [every[number] for number in sorted(chosen)]


def _renamed(needed: Sequence[_Statement], source: str, taken: dict[str, str], file: str) -> dict[str, str]:
    """New names for what another file has called the same, and is not the same: also by what it uses in its turn."""
    number = file.partition("_")[0]
    out: dict[str, str] = {}
    settled = False
    while not settled:
        settled = True
        for statement in needed:
            text = _spelled(statement, source, out)
            for name in statement.binds - out.keys():
                if taken.get(name, text) != text:
                    out[name] = f"{name}_{number if number.isdigit() else file}"
                    while out[name] in taken:
                        out[name] += "_"
                    settled = False
    for statement in needed:
        taken.update(dict.fromkeys((out.get(name, name) for name in statement.binds), _spelled(statement, source, out)))
    return out


def _refuse_hidden(needed: Iterable[_Statement], renamed: Collection[str], path: str) -> None:
    """Raise WriterError where a name that changes is also one of a scope further in: it would mean something else."""
    for statement in needed:
        for node in ast.walk(statement.node):
            clash = sorted(set(_hidden(node, statement.node)) & set(renamed))
            if clash:
                raise WriterError(
                    f"{clash[0]} cannot be carried into another file: two of the old files call different things so, "
                    "and it is also a name inside a function or a class",
                    where=f"{path}:{getattr(node, 'lineno', statement.node.lineno)}",
                    hint=f"call {clash[0]} something else in one of the old files",
                )


def _hidden(node: ast.AST, top: ast.stmt) -> Iterable[str]:
    """The names that a node binds or declares as bare text, below the statement at the left margin."""
    match node:
        case ast.arg(arg=name):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            dotted = (alias.asname is None and "." in alias.name for alias in aliases)
            yield from (_imported(a) for a, whole in zip(aliases, dotted, strict=True) if node is not top or whole)
        case ast.ClassDef(name=name, body=body):
            yield from () if node is top else (name,)
            yield from (name for inner in body for name in _bound(inner))
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if node is not top:
            yield name


def _spelled(statement: _Statement, source: str, renamed: Mapping[str, str]) -> str:
    """The text of a statement, with the comments right above it, and names changed."""
    node = statement.node
    if isinstance(node, _IMPORTS) and not statement.binds.isdisjoint(renamed):
        aliases = [ast.alias(alias.name, renamed.get(_imported(alias), alias.asname)) for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            return ast.unparse(ast.ImportFrom(node.module, aliases, node.level))
        return ast.unparse(ast.Import(aliases))
    lines = source.split("\n")
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
    changes = [
        (n.lineno, n.col_offset, n.id, renamed[n.id])
        for n in ast.walk(node)
        if isinstance(n, ast.Name) and n.id in renamed
    ]
    name = getattr(node, "name", None)
    if name in renamed:
        head = re.compile(rb"(?:def|class)\s+").search(lines[node.lineno - 1].encode(), node.col_offset)
        if head is not None:
            changes.append((node.lineno, head.end(), str(name), renamed[str(name)]))
    for line, column, old, new in sorted(changes, reverse=True):
        # Columns of a syntax tree count bytes.
        data = lines[line - 1].encode()
        lines[line - 1] = (data[:column] + new.encode() + data[column + len(old.encode()) :]).decode()
    while first > 0 and lines[first - 1].startswith("#"):
        first -= 1
    return "\n".join(lines[first : node.end_lineno])
