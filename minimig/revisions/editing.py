"""A revision file that exists, edited in place: its lists and header names change, all other bytes stay.

In: the bytes of a file with its header or its loaded migration, and what they are to be. Out: the new bytes. The names
are found by `ast` and replaced where they stand: functions, comments, imports, `atomic` and the way it is laid out stay
as a person left them. A name that the file lacks is added where a new file would have it. What cannot be replaced
without losing something is a RevisionFileError with the line.

Django renders the whole file again, and what its writer does not know (helpers, comments, attributes) is gone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from minimig.errors import RevisionFileError
from minimig.operations.base import Operation
from minimig.revisions.header import LITERAL_NAMES, OPERATION_NAMES, Header
from minimig.revisions.import_lines import edits_without, free_row, import_edits, row_above
from minimig.revisions.list_edits import BY_HAND, Entry, ListInSource
from minimig.revisions.loader import Migration
from minimig.revisions.serializer import Imports, Serializer
from minimig.revisions.serializers_layout import flat
from minimig.revisions.serializers_layout import text as literal
from minimig.revisions.source_text import Edit, SourceText, last_row, names_used
from minimig.revisions.toplevel import Binding, bindings
from minimig.revisions.writer import assignment, docstring

ORDER = (*LITERAL_NAMES, *OPERATION_NAMES)
"""The order in which a new file has its names."""

WORDS = ("dependencies", "run_before", "replaces", "labels")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def edited_header(data: bytes, old: Header, new: Header) -> bytes:
    """The file with the lists of words of `new`; `old` is what `data` says now. Nothing is executed."""
    editor = RevisionEditor(old.path, data)
    editor.header(old, new)
    return editor.result()


class RevisionEditor:
    """Collects edits of one file and makes them all at once."""

    def __init__(self, path: Path, data: bytes, serializer: Serializer | None = None) -> None:
        self._source = SourceText(path, data)
        self._serializer = serializer or Serializer()
        self._edits: list[Edit] = []
        self._imports = Imports()
        self._replaced: set[str] = set()
        self._statements = dict(_assignments(self._source.tree))

    def result(self) -> bytes:
        """The file with all edits, with the imports that they need, and without those that only they replaced used."""
        data = self._source.edited([*import_edits(self._source, self._imports), *self._edits])
        if not self._replaced:
            return data
        after = SourceText(self._source.path, data)
        return after.edited(edits_without(after, self._replaced))

    def header(self, old: Header, new: Header) -> None:
        """Make the lists of words those of `new`."""
        for name in WORDS:
            if getattr(old, name) != getattr(new, name):
                self.words(name, old.app, getattr(new, name))

    def words(self, name: str, app: str, new: Sequence[str]) -> None:
        """Set one of the header's lists; an empty one goes, but for `dependencies`."""
        if name not in self._statements:
            if new:
                self._insert(name, assignment(name, new))
            return
        if not new and name != "dependencies":
            self._remove(name)
            return
        found = self._list(name)
        written = [str(ast.literal_eval(item)) for item in found.node.elts]
        old = [word if "." in word or name == "labels" else f"{app}.{word}" for word in written]
        bare = name != "labels" and any("." not in word for word in written)
        spelled = [word.removeprefix(f"{app}.") if bare else word for word in new]
        entries: list[Entry] = []
        for place, word in enumerate(new):
            stays = word in old and not (len(old) == len(new) and old[place] != word)
            entries.append(old.index(word) if stays else flat(literal(spelled[place])))
        self._edits += found.edits(entries)

    def operations(self, name: str, old: Sequence[Operation], new: Sequence[Operation]) -> None:
        """Set `up` or `down`. `old` are the operations that it holds as loaded: those among `new` keep their text."""
        if name not in self._statements and name == "down" and not any(b.name == name for b in self._bindings()):
            self._insert(name, f"down = {self._serializer.list_source(new, self._imports)}")
            return
        found = self._list(name)
        if len(found.node.elts) != len(old):
            raise found.refusal(found.node.lineno, f"has {len(old)} operations, but not {len(old)} items")
        places = {id(operation): place for place, operation in enumerate(old)}
        self._edits += found.edits([places[id(o)] if id(o) in places else self._written(o) for o in new])
        kept = {places.get(id(operation)) for operation in new}
        self._replaced.update(*(names_used(item) for place, item in enumerate(found.node.elts) if place not in kept))

    def doc(self, text: str) -> None:
        """Set the docstring, where the file has one."""
        first = self._source.tree.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            self._edits.append(Edit(*self._source.span(first), self._source.lines(docstring(text))))

    def _written(self, operation: Operation) -> str:
        """An operation as an item: without the margin of its first line and the comma after it."""
        return self._serializer.list_source([operation], self._imports)[2:-2].strip().removesuffix(",")

    def _list(self, name: str) -> ListInSource:
        """The list that a name is set to, once and for all, and that nothing else changes or uses."""
        statement = self._statements.get(name)
        uses = [(binding.line, "is set or changed here too") for binding in self._bindings() if binding.name == name]
        if name in OPERATION_NAMES:
            uses += [(line, "is used here") for line in _loads(self._source.tree, name)]
        own = uses and statement is not None and uses[0][0] == statement.lineno
        if statement is None or statement.value is None or not own or len(uses) > 1:
            line, problem = uses[-1] if uses else (1, "is missing")
            raise self._refusal(line, f"`{name}` {problem}")
        if not isinstance(statement.value, ast.List | ast.Tuple):
            raise self._refusal(statement.lineno, f"`{name}` is no list that is written out")
        return ListInSource(self._source, name, statement.value, self._own_names() if name in OPERATION_NAMES else None)

    def _refusal(self, line: int, problem: str) -> RevisionFileError:
        return RevisionFileError(
            f"{problem}, so it is not rewritten: something would be lost", where=self._source.at(line), hint=BY_HAND
        )

    def _bindings(self) -> list[Binding]:
        return list(bindings(self._source.tree))

    def _own_names(self) -> frozenset[str]:
        """What the file defines itself: its functions, classes and constants, but not what it imports."""
        imported = {
            alias.asname or alias.name.partition(".")[0]
            for node in ast.walk(self._source.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        return frozenset(binding.name for binding in self._bindings()) - imported

    def _insert(self, name: str, text: str) -> None:
        """A statement for a name that the file lacks: behind the one it follows in a new file, or before the next."""
        before = [other for other in ORDER[: ORDER.index(name)] if other in self._statements]
        if name in OPERATION_NAMES or any(other in LITERAL_NAMES for other in before):
            place = self._source.row_end(free_row(self._source, last_row(self._statements[before[-1]])))
            ends = place == 0 or self._source.text[place - 1] in "\r\n"
            text = f"\n{text}\n" if name in OPERATION_NAMES else f"{text}\n"
            text = text if ends else "\n" + text.removesuffix("\n")
        else:
            after = next(other for other in ORDER[ORDER.index(name) :] if other in self._statements)
            place = self._source.row_start(row_above(self._source, self._statements[after].lineno))
            text = f"{text}\n" if after in LITERAL_NAMES else f"{text}\n\n"
        self._edits.append(Edit(place, place, self._source.lines(text)))

    def _remove(self, name: str) -> None:
        statement = self._statements[name]
        start, end = self._source.row_start(statement.lineno), self._source.row_end(last_row(statement))
        for comment in self._source.comments_in(start, end):
            raise self._refusal(comment.row, f"`{name}` would take the comment {comment.text!r} with it")
        if self._source.text[start:end].strip() != self._source.text[slice(*self._source.span(statement))]:
            raise self._refusal(statement.lineno, f"`{name}` shares its line with another statement")
        self._edits.append(Edit(start, end, ""))


def edited_lists(
    migration: Migration, *, up: Sequence[Operation], down: Sequence[Operation] | None, serializer: Serializer | None
) -> RevisionEditor:
    """An editor that has set the lists of a loaded migration; `down` None leaves that list as it is, or missing."""
    editor = RevisionEditor(migration.header.path, migration.source, serializer)
    if tuple(up) != migration.up or any(a is not b for a, b in zip(up, migration.up, strict=True)):
        editor.operations("up", migration.up, up)
    if down is not None:
        editor.operations("down", migration.down or (), down)
    return editor


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.Assign | ast.AnnAssign]]:
    """The statements at the left margin that set one of the known names, by that name."""
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if name in ORDER:
                yield name, statement
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()) if name in ORDER:
                yield name, statement


def _loads(tree: ast.Module, name: str) -> Iterator[int]:
    """The lines in which a name at the left margin is read, also inside functions that have no other by that name."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            yield node.lineno
        if not (isinstance(node, _SCOPES) and name in set(_local_names(node))):
            stack.extend(ast.iter_child_nodes(node))


def _local_names(scope: ast.AST) -> Iterable[str]:
    for node in ast.walk(scope):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
