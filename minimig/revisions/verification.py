"""Reading back what is about to be written: law 5, checked for every file and not only in tests.

In: the text of a revision file, and the migration it was made from. The text is put into a throw-away folder, read and
run by the same code that will read it later, and compared. A value whose source does not lead back to it is a
WriterError now, and not a wrong schema next month.
"""

from __future__ import annotations

import functools
import inspect
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import sqlalchemy as sa

from minimig.errors import RevisionFileError, WriterError
from minimig.operations.base import Operation
from minimig.revisions.header import read_header
from minimig.revisions.loader import Migration, load_migration
from minimig.revisions.migration import NewMigration

_HEADER = ("dependencies", "run_before", "replaces", "labels", "initial", "atomic", "irreversible")


def verify(text: str, migration: NewMigration) -> None:
    """Raise WriterError, naming the first difference, unless `text` reads back as `migration`."""
    with tempfile.TemporaryDirectory(prefix="minimig-") as folder:
        path = Path(folder, f"{migration.name}.py")
        try:
            path.write_text(text, encoding="utf-8", newline="\n")
            found = load_migration(read_header(path, migration.app))
        except RevisionFileError as error:
            raise _unreadable(migration, error, path) from error
        except OSError as error:
            raise WriterError(
                f"the new revision file cannot be checked: {error.strerror}",
                where=folder,
                hint="is the disk of the temporary folder full?",
            ) from error
    difference = _first_difference(found, migration)
    if difference:
        raise WriterError(
            f"what was written for {migration.revision} reads back differently: {difference}",
            hint="a rule, an operation's arguments() or a type's constructor loses something; write this part by hand",
        )


def _unreadable(migration: NewMigration, error: RevisionFileError, path: Path) -> WriterError:
    line = (error.where or "").removeprefix(f"{path}:")
    return WriterError(
        f"what was written for {migration.revision} cannot be read back: {error.message}",
        where=f"line {line} of the new file" if line.isdigit() else None,
        hint=error.hint,
    )


def _first_difference(found: Migration, wanted: NewMigration) -> str | None:
    for name in _HEADER:
        if getattr(found.header, name) != getattr(wanted, name):
            return f"{name} is {getattr(found.header, name)!r} instead of {getattr(wanted, name)!r}"
    if found.header.doc != inspect.cleandoc(wanted.doc).strip():
        return "the docstring differs"
    for name in ("up", "down"):
        got, meant = getattr(found, name) or (), getattr(wanted, name)
        if len(got) != len(meant):
            return f"{name} has {len(got)} operations instead of {len(meant)}"
        for index, (one, other) in enumerate(zip(got, meant, strict=True)):
            if not same(one, other):
                return f"{name}[{index}], {other.describe()}{_argument(one, other)}"
    return None


def _argument(found: Operation, wanted: Operation) -> str:
    """The first argument in which two operations differ, in words."""
    args, named = found.arguments()
    meant_args, meant_named = wanted.arguments()
    pairs = [(f"argument {n}", a, b) for n, (a, b) in enumerate(zip(args, meant_args, strict=False), 1)]
    pairs += [(f"argument {name}", named.get(name), value) for name, value in meant_named.items()]
    for place, one, other in pairs:
        if not same(one, other):
            return f", {place}: {one!r} instead of {other!r}"
    return ""


def same(one: Any, other: Any) -> bool:
    """Equality for what operations hold, where `==` is not enough: SQLAlchemy expressions, nan, partial functions."""
    if one is other:
        return True
    for kind, alike in _ALIKE:
        if isinstance(one, kind) and isinstance(other, kind):
            return alike(one, other)
    return bool(one == other)


def _same_items(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))


def _same_pairs(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
    return list(one) == list(other) and all(same(value, other[key]) for key, value in one.items())


def _same_float(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _same_partial(one: functools.partial[Any], other: functools.partial[Any]) -> bool:
    return same((one.func, one.args, one.keywords), (other.func, other.args, other.keywords))


def _same_operation(one: Operation, other: Operation) -> bool:
    return type(one) is type(other) and same(one.arguments(), other.arguments())


def _same_function(one: FunctionType, other: FunctionType) -> bool:
    """One function written into two files: the same code, whatever its names are called there."""
    return _same_code(one.__code__, other.__code__)


def _same_code(one: CodeType, other: CodeType) -> bool:
    if one.co_code != other.co_code or one.co_argcount != other.co_argcount:
        return False
    pairs = list(zip_longest(one.co_consts, other.co_consts))
    inner = [pair for pair in pairs if isinstance(pair[0], CodeType) and isinstance(pair[1], CodeType)]
    # The text, not the value: 1, 1.0 and True are equal, and NaN is not equal to itself.
    plain = all(repr(a) == repr(b) for a, b in pairs if not (isinstance(a, CodeType) and isinstance(b, CodeType)))
    return plain and all(_same_code(a, b) for a, b in inner)


_ALIKE: tuple[tuple[type | tuple[type, ...], Callable[[Any, Any], bool]], ...] = (
    (sa.ClauseElement, lambda one, other: bool(one.compare(other))),
    (Operation, _same_operation),
    (functools.partial, _same_partial),
    (FunctionType, _same_function),
    (float, _same_float),
    (Mapping, _same_pairs),
    ((list, tuple), _same_items),
)
