"""Import statements that a revision file lacks, put where a person would put them.

In: a `SourceText`, and the imports that new source needs. Out: edits. Groups are those of new files: the standard
library, SQLAlchemy, the rest; `import x` before `from x import y`, as isort has it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Iterator

from minimig.errors import RevisionFileError
from minimig.revisions.serializers_base import Imports
from minimig.revisions.source_text import Edit, SourceText, last_row
from minimig.revisions.toplevel import bindings
from minimig.syntax import parsed

Import = ast.Import | ast.ImportFrom
Key = tuple[int, bool, str]
_WORD = re.compile(r"[^\W\d]\w*")
_FOR_MACHINES = re.compile(r"#!|#.*coding[:=]")


def import_edits(source: SourceText, needed: Imports) -> list[Edit]:
    """The edits that add what is missing. Raises RevisionFileError where a name means something else in this file."""
    present = [node for node in source.tree.body if isinstance(node, Import)]
    there = {binds for node in present for binds in _bound(node)}
    missing = []
    dialects = [f"from sqlalchemy.dialects import {name}" for name in sorted(needed.dialects)]
    for text in [*sorted(needed.statements), *dialects]:
        [node] = parsed(text).body
        if isinstance(node, Import) and not set(_bound(node)) <= there:
            _refuse_clash(source, node, there)
            missing.append((_key(node), text))
    edits: list[Edit] = []
    group = -1
    for key, text in sorted(missing):
        edit = _placed(source, present, key, text)
        if edits and edits[-1].start == edit.start and group == key[0]:
            edit = Edit(edit.start, edit.end, source.lines(f"{text}\n"))
        group = key[0]
        edits.append(edit)
    return edits


def edits_without(source: SourceText, names: Collection[str]) -> list[Edit]:
    """The edits that take out imports of these names where nothing in the file uses them any more.

    An import that shares its line or its brackets with something else, or has a comment, is left to a person.
    """
    nodes = list(ast.walk(source.tree))
    docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    used = {node.id for node in nodes if isinstance(node, ast.Name)} | {"ops"}  # which each file has, for the next step
    for node in nodes:  # an annotation in quotes, a name that is looked up
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            used.update(_WORD.findall(node.value))
    gone = set(names) - used
    edits = []
    for statement in (node for node in source.tree.body if isinstance(node, Import)):
        start, end = source.row_start(statement.lineno), source.row_end(last_row(statement))
        left = [alias for alias in statement.names if (alias.asname or alias.name.partition(".")[0]) not in gone]
        alone = source.text[start:end].strip() == source.text[slice(*source.span(statement))]
        if len(left) == len(statement.names) or not alone or source.comments_in(start, end):
            continue
        if left:
            statement.names = left
            edits.append(Edit(*source.span(statement), ast.unparse(statement)))
        else:
            edits.append(Edit(start, _gap_end(source, statement), ""))
    return edits


def _gap_end(source: SourceText, node: Import) -> int:
    """Where a statement ends that goes as a whole: with the empty line after it, where one stands before it too."""
    first, after = node.lineno, last_row(node) + 1
    empty = [not source.text[source.row_start(row) : source.row_end(row)].strip() for row in (first - 1, after)]
    return source.row_end(after if first == 1 or all(empty) else after - 1)


def _bound(node: Import) -> Iterator[tuple[str, str]]:
    """Each name that the statement binds, and what it stands for."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}:{alias.name}"
        else:
            yield alias.asname or alias.name, alias.name


def _refuse_clash(source: SourceText, node: Import, there: Iterable[tuple[str, str]]) -> None:
    wanted = {name.partition(".")[0] for name, _ in _bound(node)}
    dotted = {name.partition(".")[0] for name, stands_for in there if name == stands_for}
    for binding in bindings(source.tree):
        if binding.name in wanted and not (isinstance(node, ast.Import) and binding.name in dotted):
            raise RevisionFileError(
                f"the new operations need `{ast.unparse(node)}`, and {binding.name} is something else in this file",
                where=source.at(binding.line),
                hint=f"call it something else than {binding.name}",
            )


def _key(node: Import) -> Key:
    module = (node.module or ".") if isinstance(node, ast.ImportFrom) else node.names[0].name
    root = module.partition(".")[0]
    group = 0 if root == "__future__" else 1 if root in sys.stdlib_module_names else 2 if root == "sqlalchemy" else 3
    return group, isinstance(node, ast.ImportFrom), ast.unparse(node)


def _placed(source: SourceText, present: list[Import], key: Key, text: str) -> Edit:
    """The statement behind the last import that belongs before it, with an empty line between two groups."""
    before = [node for node in present if _key(node) <= key]
    if before:
        node = before[-1]
        place = source.row_end(free_row(source, last_row(node)))
        return Edit(place, place, source.lines(f"{text}\n" if _key(node)[0] == key[0] else f"\n{text}\n"))
    if present:
        place = source.row_start(present[0].lineno)
        return Edit(place, place, source.lines(f"{text}\n" if _key(present[0])[0] == key[0] else f"{text}\n\n"))
    doc = source.tree.body[0]
    if isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant):
        place = source.row_end(free_row(source, last_row(doc)))
        return Edit(place, place, source.lines(f"\n{text}\n"))
    place = source.row_start(row_above(source, doc.lineno))
    return Edit(place, place, source.lines(f"{text}\n\n"))


def free_row(source: SourceText, row: int) -> int:
    """The first row from this one on that no statement goes on behind: `a = 1; b = [` is not over with its row."""
    for node in source.tree.body:
        if node.lineno <= row < last_row(node):
            row = last_row(node)
    return row


def row_above(source: SourceText, row: int) -> int:
    """The row of the first of the comments right above a statement; its own row when there are none."""
    alone = {
        comment.row
        for comment in source.comments
        if not source.text[source.row_start(comment.row) : comment.start].strip()
        and not (comment.row < 3 and _FOR_MACHINES.match(comment.text))
    }
    while row - 1 in alone:
        row -= 1
    return row
