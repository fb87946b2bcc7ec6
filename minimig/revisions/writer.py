"""New revision files: rendered as text, read back to be sure, then put on disk without ever harming what is there.

In: a `NewMigration`. Out: the text of its file, or the file itself (`files` puts it on disk).

Alembic fills a Mako template, Django a string with placeholders; here a file is so plain that a list of lines does.
"""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FunctionType

from minimig.errors import WriterError
from minimig.files import write_files
from minimig.operations.base import Operation
from minimig.operations.tables import CreateTable
from minimig.revisions.carrying import Carried
from minimig.revisions.header import check_name
from minimig.revisions.migration import NewMigration
from minimig.revisions.serializer import Rule, Serializer, Writing, usual
from minimig.revisions.serializers_layout import Source, layout, list_of, text
from minimig.revisions.verification import verify

__all__ = ["NewMigration", "assignment", "docstring", "format_source", "render", "sentence", "write", "write_all"]

HINT = '# Steps of your own: ops.RunPython(function, reverse=...), ops.RunSQL("...", reverse="..."), or any other.'
LONGEST_SENTENCE = 72
FORMATTERS = (("ruff", ("format", "--stdin-filename")), ("black", ("-q", "--stdin-filename")))


def render(migration: NewMigration, *, serializer: Serializer | None = None, formatted: bool = False) -> str:
    """The text of the migration's file, checked to read back as what it was made from.

    With `formatted`, ruff or black have the last word if one is installed. Raises WriterError for a value that has no
    source, and for text that reads back differently; RevisionFileError for a name that no revision can have.
    """
    check_name(migration.name)
    migration = replace(migration, doc=_clean(migration.doc) or sentence(migration))
    source = _text(migration, serializer or usual())
    if formatted:
        source = format_source(source, Path(f"{migration.name}.py"))
    verify(source, migration)
    return source


def draft(migration: NewMigration, *, reversible_by_itself: bool = False) -> str:
    """The text of a file that nobody reads before it is needed: not formatted, not read back. Raises WriterError.

    With `reversible_by_itself` it has no `down`, which is the reverse of `up` then.
    """
    text = _text(migration, usual())
    return text.rpartition("\n\ndown = ")[0] + "\n" if reversible_by_itself else text


def write(path: Path, text: str) -> None:
    """Put one new file on disk. Raises FileError, and leaves nothing behind, if it exists or cannot be written."""
    write_all([(path, text)])


def write_all(files: Iterable[tuple[Path, str]]) -> None:
    """Put several new files on disk, all of them or none. Missing folders come to be, with an `__init__.py`."""
    texts = {path: text.encode() for path, text in files}
    markers = {path.parent / "__init__.py": b"" for path in texts}
    write_files({**texts, **{path: content for path, content in markers.items() if not path.exists()}})


def format_source(text: str, path: Path) -> str:
    """The text as ruff, or else black, would have it at `path`; as it was if neither is installed or works."""
    for program, arguments in FORMATTERS:
        found = shutil.which(program)
        if found is None:
            continue
        folder = path.parent if path.parent.is_dir() else Path.cwd()
        try:
            done = subprocess.run(  # noqa: S603 - a formatter found on PATH, without a shell
                [found, *arguments, str(path), "-"],
                input=text.encode(),
                cwd=folder,
                capture_output=True,
                timeout=30,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return text
        return done.stdout.decode() if done.returncode == 0 and done.stdout else text
    return text


def sentence(migration: NewMigration) -> str:
    """A docstring made from the operations, such as `Add column posts.slug, create index ix_posts_slug`, and a dot."""
    if migration.is_merge:
        heads = [revision.rpartition(".")[2] for revision in migration.dependencies]
        return _sentence("Merge ", heads)
    if not migration.up:
        return "Describe here what this migration does."
    if all(isinstance(operation, CreateTable) for operation in migration.up):
        keys = [operation.table.key for operation in migration.up if isinstance(operation, CreateTable)]
        return _sentence(f"Create table{'s' if len(keys) > 1 else ''} ", keys)
    return _sentence("", [_words(operation) for operation in migration.up])


def _words(operation: Operation) -> str:
    # What stands in brackets is detail: the file shows it a few lines below.
    words = re.sub(r"\s*\(.*", "", " ".join(operation.describe().split()), flags=re.DOTALL)
    return re.sub(r" on \S+$", "", words) if words.startswith(("create index", "create unique")) else words


def _sentence(start: str, items: Sequence[str]) -> str:
    shown = 1
    while shown < len(items) and len(start + ", ".join(items[: shown + 1])) <= LONGEST_SENTENCE:
        shown += 1
    rest = f", and {len(items) - shown} more" if shown < len(items) else ""
    words = start + ", ".join(items[:shown]) + rest
    return f"{words[:1].upper()}{words[1:]}."


def _text(migration: NewMigration, serializer: Serializer) -> str:
    if migration.carried.names:
        serializer = Serializer((_carried_rule(migration.carried), *serializer.rules))
    up, imports = serializer.operations_source(migration.up)
    imports.statements.update(migration.carried.imports)
    down = serializer.list_source(migration.down, imports)
    hint = not migration.is_merge and not migration.up and not migration.down
    if not migration.is_merge:
        imports.ops("")
    blocks = [
        _comment(migration.comment) + docstring(migration.doc),
        *(["\n".join(imports.lines())] if imports.statements else []),
    ]
    names = [assignment("dependencies", migration.dependencies)]
    names += [
        assignment(name, values)
        for name in ("run_before", "replaces", "labels")
        if (values := getattr(migration, name))
    ]
    if migration.initial is not None:
        names.append(f"initial = {migration.initial}")
    if not migration.atomic:
        names.append("atomic = False")
    if migration.irreversible is not None:
        names.append(f"irreversible = {layout(text(migration.irreversible), used=len('irreversible = '))}")
    blocks.append("\n".join(names))
    if migration.carried.definitions:
        blocks.append(f"\n{migration.carried.text}\n")
    blocks += [f"{HINT}\nup = {up}" if hint else f"up = {up}", f"down = {down}"]
    return "\n\n".join(blocks) + "\n"


def _carried_rule(carried: Carried) -> Rule:
    """Functions that the file brings along are named as they are called in it."""

    def write(function: FunctionType, writing: Writing) -> Source:
        name = carried.name_of(function)
        if name is not None:
            return name
        rest = tuple(rule for rule in writing.rules if rule[1] is not write)
        return Writing(rest, writing.imports, writing.place).value(function)

    return FunctionType, write


def assignment(name: str, values: Iterable[str]) -> str:
    """`name = ["...", "..."]`, laid out as all of a file is."""
    return f"{name} = {layout(list_of(tuple(text(value) for value in values)), used=len(name) + 3)}"


def _clean(doc: str) -> str:
    return "\n".join(line.rstrip() for line in inspect.cleandoc(doc).strip().splitlines())


def _comment(text: str) -> str:
    """Lines as comments. Raises WriterError for one that would tell Python to read the file in another encoding."""
    lines = [f"# {''.join(c for c in line if c.isprintable())}".rstrip() for line in text.splitlines()]
    if any(re.search(r"coding[:=]\s*[-\w.]", line) for line in lines[:2]):
        raise WriterError(
            "the comment of a new file would change its encoding",
            hint="write another word than `coding` before the : or =",
        )
    return "".join(f"{line}\n" for line in lines)


def docstring(doc: str) -> str:
    """A docstring as source, with what would end it or mean something else escaped."""
    escaped = doc.replace("\\", "\\\\")
    if not escaped.isprintable():
        escaped = "".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in escaped)
    escaped = escaped.replace('"""', '\\"\\"\\"')
    escaped = re.sub(r'^"|"$', r'\\"', escaped)
    return f'"""{escaped}"""' if "\n" not in escaped else f'"""{escaped}\n"""'
