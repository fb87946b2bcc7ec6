"""Revision files, executed: headers become migrations with operations.

In: a `Header`, read already without running anything. Out: a `Migration`. A file is run only when its operations are
needed; whatever goes wrong in it is a RevisionFileError with the line in that file, never a traceback.

The bytes are read once, so what is run is what the digest is of. No bytecode is kept: Python tells old bytecode from
new by time and size alone, and a file that was written twice in one second must not run as it was before. What can be
kept is what a file says (`kept_operations`). Django and Alembic import revision files as modules; Django leaves them
among the imported modules for good.
"""

from __future__ import annotations

import sys
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.abc import SourceLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType
from typing import Any

from minimig.errors import MinimigError, RevisionFileError, nearest
from minimig.operations.base import Operation
from minimig.operations.chain import named
from minimig.revisions.header import Header
from minimig.state.written import Convention


@dataclass(frozen=True)
class Migration:
    """A revision with its operations. `down` None means the reverse of `up`; `digest` is of the file's bytes.

    `has_open_names` tells that a naming convention has named something in it. `meant` is the checksum of what it means,
    where that is known already.
    """

    header: Header
    up: tuple[Operation, ...]
    down: tuple[Operation, ...] | None
    digest: str = ""
    has_open_names: bool = False
    content: bytes | None = field(default=None, repr=False, compare=False)
    meant: str | None = field(default=None, repr=False, compare=False)

    @property
    def revision(self) -> str:
        """The identifier `app.name`."""
        return self.header.revision

    def having(self, up: tuple[Operation, ...], down: tuple[Operation, ...] | None) -> Migration:
        """The same file with other operations; what they mean has to be told anew."""
        return replace(self, up=up, down=down, meant=None)

    @property
    def source(self) -> bytes:
        """The bytes of the file, which are read when they were not needed before. Raises RevisionFileError."""
        if self.content is not None:
            return self.content
        found = file_bytes(self.header)
        if sha256(found).hexdigest() != self.digest:
            raise RevisionFileError(
                "the revision file was changed while minimig was at work",
                where=str(self.header.path),
                hint="run it again",
            )
        return found


def load_migration(
    header: Header, convention: Callable[[], Convention] | None = None, data: bytes | None = None
) -> Migration:
    """Run a revision file, or `data` that is to be its content, and take its operations.

    Raises RevisionFileError for whatever goes wrong in it.

    `convention` tells how to name what the file leaves without a name, and is asked only then. Everything after this
    sees final names, the checksum of what the file means included: so a convention that is changed later shows as a
    change of the files whose names it would change, and renames nothing in silence.
    """
    source = file_bytes(header) if data is None else data
    module = _run(header, source)
    lists = {name: _operations(header, name, getattr(module, name)) for name in ("up", "down") if hasattr(module, name)}
    has_open_names = any(operation.has_open_names for operations in lists.values() for operation in operations)
    if convention and has_open_names:
        lists = {name: named(operations, convention()) for name, operations in lists.items()}
    return Migration(
        header=header,
        up=lists["up"] if "up" in lists else _operations(header, "up", None),
        down=lists.get("down"),
        digest=sha256(source).hexdigest(),
        has_open_names=has_open_names,
        content=source,
    )


def file_bytes(header: Header) -> bytes:
    """What is in a revision file. Raises RevisionFileError when it cannot be read."""
    try:
        return header.path.read_bytes()
    except OSError as error:
        raise RevisionFileError(
            f"the revision file cannot be read: {error.strerror}",
            where=str(header.path),
            hint="check that it exists and that this user may read it",
        ) from error


class _FileLoader(SourceLoader):
    """Gives Python the bytes that were read; it offers no time of change, so Python keeps no bytecode."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self.source = source

    def get_filename(self, fullname: str) -> str:
        return self.path

    def get_data(self, path: str) -> bytes:
        return self.source


def _run(header: Header, source: bytes) -> ModuleType:
    # No Python name, so that nothing can import it, and a new one each time, so that two threads can load one file.
    name = f"revision {header.revision.replace('.', ' ')} {uuid.uuid4().hex}"
    loader = _FileLoader(str(header.path), source)
    spec = spec_from_loader(name, loader, origin=str(header.path))
    if spec is None:
        raise RevisionFileError("the revision file cannot be run", where=str(header.path))
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while they are made
    try:
        loader.exec_module(module)
    except (Exception, SystemExit) as failure:
        raise _failed(header, failure, module) from failure
    finally:
        del sys.modules[name]
    return module


def _failed(header: Header, failure: BaseException, module: ModuleType) -> RevisionFileError:
    where = f"{header.path}:{_line(header, failure)}"
    if isinstance(failure, MinimigError):
        return RevisionFileError(failure.message, where=where, hint=failure.hint, code=failure.code)
    text = traceback.format_exception_only(failure)[-1].strip()
    return RevisionFileError(
        f"the revision file failed: {text}", where=where, hint=_hint(failure, module), code="MM405"
    )


def _line(header: Header, failure: BaseException) -> int:
    """The line of the innermost frame in the revision file itself."""
    if isinstance(failure, SyntaxError) and failure.filename == str(header.path):
        return failure.lineno or 1
    frames = traceback.extract_tb(failure.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(header.path)]
    return (lines[-1] if lines else None) or 1


def _hint(failure: BaseException, module: ModuleType) -> str | None:
    if isinstance(failure, AttributeError) and failure.name:
        return nearest(failure.name, (name for name in dir(failure.obj) if not name.startswith("_")))
    if isinstance(failure, NameError) and failure.name:
        return nearest(failure.name, vars(module)) or f"import {failure.name} at the top of the file"
    if isinstance(failure, ModuleNotFoundError) and failure.name:
        return f"is {failure.name} installed, and is the project's folder on the import path?"
    if isinstance(failure, ImportError) and "relative import" in str(failure):
        return "a revision file is no member of a package: import by the full name"
    return None


def _operations(header: Header, name: str, value: Any) -> tuple[Operation, ...]:
    where = str(header.path)
    if not isinstance(value, list | tuple):
        raise RevisionFileError(
            f"`{name}` must be a list of operations, not {_kind(value)}",
            where=where,
            hint=f"write `{name} = [...]`" + ("; leave it out for the reverse of `up`" if name == "down" else ""),
        )
    for index, item in enumerate(value):
        if not isinstance(item, Operation):
            raise RevisionFileError(
                f"{name}[{index}] is {_kind(item)}, not an operation", where=where, hint=_item_hint(item), code="MM406"
            )
    return tuple(value)


def _kind(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return f"of type {type(value).__name__}"


def _item_hint(item: Any) -> str:
    if isinstance(item, type) and issubclass(item, Operation):
        return f"call it: ops.{item.__name__}(...)"
    if isinstance(item, list | tuple):
        return "put its items into the list itself, with a star in front: *operations"
    if isinstance(item, str):
        return "SQL is written ops.RunSQL(...)"
    return "every item is a call such as ops.AddColumn(...)"
