"""The header of a revision file: everything the graph needs, read without running the file.

In: a path. Out: a `Header`, with dependencies spelled in full (`blog.0001_initial`; the symbols `blog.__first__` and
`blog.__latest__` stay, the graph resolves them). `scanning` reads whole folders.

Django and Alembic import every file to learn its parents, so that a broken import in one old migration
stops every command, and a project with thousands of files pays for all of them each time. Here header data
has to be literal, so parsing is enough; a file runs only when its operations are needed. The price is
strictness: whatever a parser cannot see for certain (a name set twice, computed, or misspelled) is an error
here, not a surprise later.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from minimig.errors import RevisionFileError, nearest
from minimig.revisions.folders import Signature, name_of
from minimig.revisions.toplevel import Binding, bindings, parse

LITERAL_NAMES = ("dependencies", "run_before", "replaces", "labels", "initial", "atomic", "irreversible")
OPERATION_NAMES = ("up", "down")
NOT_LITERAL = "MM403"
FIRST, LATEST = "__first__", "__latest__"

# Words that the command line reads as places, so that no file may take them as its name.
RESERVED_NAMES = frozenset({"zero", "base", "head", "heads"})

LONGEST_NAME = 150
"""What the version table of every database can hold, with room to spare."""
_NAME = re.compile(r"(?!-)[\w-]+")
_OTHER_TOOLS = {
    "depends_on": "dependencies",
    "down_revision": "dependencies",
    "branch_labels": "labels",
    "operations": "up",
}


@dataclass(frozen=True)
class Header:
    """What a revision file says about itself, without its operations.

    `doc` is the whole docstring ("" when there is none). `initial` is None when the file does not say.
    `irreversible` is the reason why there is no way back, or None. `signature` is what the file was on disk just before
    it was read, where that is known.
    """

    app: str
    name: str
    path: Path
    doc: str = ""
    dependencies: tuple[str, ...] = ()
    run_before: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    initial: bool | None = None
    atomic: bool = True
    irreversible: str | None = None
    signature: Signature | None = field(default=None, compare=False, repr=False)

    @property
    def revision(self) -> str:
        """The identifier `app.name`."""
        return f"{self.app}.{self.name}"

    @property
    def title(self) -> str:
        """The first line of the docstring, or ""."""
        return self.doc.strip().partition("\n")[0].rstrip()


def read_header(path: Path, app: str, data: bytes | None = None, *, signature: Signature | None = None) -> Header:
    """The header of one file, or of `data` that is to be its content; it is parsed and never run.

    Raises RevisionFileError, with `path:line` as its place, for a name that no revision can have, text that
    is no Python, header data that is not a literal of the right type, an unknown lower-case name, and a
    missing `up`.
    """
    name = name_of(path)
    check_name(name, where=str(path))
    tree = parse(path, data)
    fields = _Fields(app, path, _known_bindings(path, tree))
    return Header(
        app=app,
        name=name,
        path=path,
        doc=ast.get_docstring(tree) or "",
        dependencies=fields.revisions("dependencies"),
        run_before=fields.revisions("run_before"),
        replaces=fields.revisions("replaces"),
        labels=fields.words("labels"),
        initial=fields.flag("initial"),
        atomic=fields.flag("atomic") is not False,
        irreversible=fields.reason("irreversible"),
        signature=signature,
    )


def check_name(name: str, *, where: str | None = None) -> None:
    """Raise RevisionFileError unless a revision can be called `name`."""
    if name in RESERVED_NAMES:
        raise RevisionFileError(
            f"a revision cannot be called {name!r}: on the command line that word is a place in the history",
            where=where,
            hint="rename the file; a helper module that is no revision starts with an underscore",
        )
    if len(name) > LONGEST_NAME:
        raise RevisionFileError(
            f"{name!r} is too long for the name of a revision",
            where=where,
            hint=f"use at most {LONGEST_NAME} characters",
        )
    if not _NAME.fullmatch(name):
        raise RevisionFileError(
            f"{name!r} cannot be the name of a revision",
            where=where,
            hint="use letters, digits, underscores and hyphens, and no hyphen first; "
            "a file that is no revision starts with an underscore",
        )


def _known_bindings(path: Path, tree: ast.Module) -> dict[str, Binding]:
    """Where the file sets the names that minimig knows: each at most once, and `up` always."""
    found: dict[str, Binding] = {}
    for binding in bindings(tree):
        name, where = binding.name, f"{path}:{binding.line}"
        if name not in LITERAL_NAMES + OPERATION_NAMES:
            if binding.kind == "data" and name[0].islower():
                raise _unknown_name(name, where)
            continue
        _check_form(binding, where)
        if binding.value is not None and name in found:
            first = found[name].line
            raise RevisionFileError(
                f"`{name}` is set twice, first in line {first}", where=where, hint="keep one of the two"
            )
        if binding.kind == "data":
            found.setdefault(name, binding)
    if "up" not in found:
        raise RevisionFileError(
            "the revision file has no `up`",
            where=f"{path}:1",
            hint="add `up = [...]`, a list of operations, which may be empty; "
            "a file that is no revision starts with an underscore",
            code="MM404",
        )
    return found


def _check_form(binding: Binding, where: str) -> None:
    """Refuse a known name that is set in a way its reader would miss or misunderstand."""
    name = binding.name
    # `up` and `down` are run, not parsed, so they may be built in steps, but not be a function.
    if name in OPERATION_NAMES and binding.kind == "other":
        raise RevisionFileError(
            f"`{name}` must be a list of operations",
            where=where,
            hint=f"write `{name} = [...]`; a function for a data step needs another name and ops.RunPython",
        )
    if name in LITERAL_NAMES and binding.value is None:
        raise RevisionFileError(
            f"`{name}` must be a literal that can be read without running the file",
            where=where,
            hint=f"set it once, at the left margin: `{name} = ...`",
            code=NOT_LITERAL,
        )


def _unknown_name(name: str, where: str) -> RevisionFileError:
    meant = _OTHER_TOOLS.get(name)
    guess = f"did you mean {meant}?" if meant else nearest(name, LITERAL_NAMES + OPERATION_NAMES)
    rule = f"a constant of your own is written {name.upper()} or _{name}"
    return RevisionFileError(
        f"unknown name `{name}` in a revision file",
        where=where,
        hint=f"{guess} If not: {rule}" if guess else rule,
        code="MM402",
    )


@dataclass(frozen=True)
class _Fields:
    """Typed access to the literal names of one file."""

    app: str
    path: Path
    found: Mapping[str, Binding]

    def words(self, name: str) -> tuple[str, ...]:
        """A list of plain words: letters, digits, underscores and hyphens."""
        words = self._strings(name)
        for word in words:
            if not _NAME.fullmatch(word):
                raise self._error(name, f"{word!r} in `{name}` is not a plain word", "use letters, digits, _ and -")
        return words

    def revisions(self, name: str) -> tuple[str, ...]:
        """A list of revisions, each spelled `app.name`; a bare `name` is one of this app."""
        full = [word if "." in word else f"{self.app}.{word}" for word in self._strings(name)]
        for word in full:
            app, _, rest = word.partition(".")
            if not app or not _NAME.fullmatch(rest):
                raise self._error(name, f"{word!r} in `{name}` does not name a revision", 'write "app.name"')
        return tuple(dict.fromkeys(full))

    def flag(self, name: str) -> bool | None:
        value = self._literal(name)
        if value is None or isinstance(value, bool):
            return value
        raise self._error(name, f"`{name}` must be True or False, not {value!r}")

    def reason(self, name: str) -> str | None:
        value = self._literal(name)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        raise self._error(name, f"`{name}` must be a text that gives the reason, not {value!r}")

    def _strings(self, name: str) -> tuple[str, ...]:
        if name not in self.found:
            return ()
        value = self._literal(name)
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise self._error(name, f"`{name}` must be a list of strings, not {value!r}", f'write `{name} = ["..."]`')

    def _literal(self, name: str) -> object:
        binding = self.found.get(name)
        if binding is None or binding.value is None:
            return None
        try:
            value: object = ast.literal_eval(binding.value)
        except (ValueError, TypeError, RecursionError) as error:
            raise self._error(
                name,
                f"`{name}` must be a literal that can be read without running the file",
                "write the values out: no calls, names, f-strings or sums",
                NOT_LITERAL,
            ) from error
        return value

    def _error(self, name: str, message: str, hint: str | None = None, code: str | None = None) -> RevisionFileError:
        return RevisionFileError(message, where=f"{self.path}:{self.found[name].line}", hint=hint, code=code)
