"""Objects in the project's code, named as `package.module:attribute`.

In come a name and the folder to import from, out comes the object; or an error that says which of the many
ways to fail it was, and the line of the project's own code that failed. Alembic leaves this to a
hand-written `env.py` and Django to its app registry; a name in the configuration needs neither.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from minimig.errors import MinimigError, nearest


@contextmanager
def import_path(root: Path) -> Iterator[None]:
    """Put `root`, and `root/src` where that is no package, first on sys.path.

    What was added is removed at the end. A command that ends with its process may as well never leave the
    block.
    """
    src = root / "src"
    added = [str(root)]
    if src.is_dir() and not (src / "__init__.py").exists():
        added.append(str(src))
    if sys.path[: len(added)] == added:  # inside another block
        yield
        return
    importlib.invalidate_caches()  # a module written a moment ago must be found
    sys.path[:0] = added
    try:
        yield
    finally:
        for entry in added:
            if entry in sys.path:
                sys.path.remove(entry)


def resolve(target: str, root: Path, error: type[MinimigError]) -> Any:
    """The object that `target` names. Call it inside `import_path(root)`.

    Raises `error` when the module does not exist, fails while it is imported, or lacks the attribute.
    """
    module_name, _, path = target.partition(":")
    module: Any = guarded(
        lambda: importlib.import_module(module_name),
        f"{target}: the module cannot be imported",
        root,
        error,
        lambda failure: _not_found(failure, module_name, target, root, error),
    )
    value = module
    for name in path.split("."):
        if not hasattr(value, name):
            known = [word for word in dir(value) if not word.startswith("__")]
            raise error(
                f"{target}: there is no `{name}` in {module_name}",
                where=getattr(module, "__file__", None),
                hint=nearest(name, known),
            )
        value = getattr(value, name)
    return value


def guarded(
    action: Callable[[], Any],
    problem: str,
    root: Path,
    error: type[MinimigError],
    first: Callable[[BaseException], None] = lambda _: None,
) -> Any:
    """Run the project's code; what it raises becomes an `error` with its last line and its place.

    SystemExit counts: a script without a main guard must not end the command in silence. `first` may raise a
    more precise error.
    """
    try:
        return action()
    except MinimigError:
        raise
    except (Exception, SystemExit) as failure:
        first(failure)
        hint = None
        if isinstance(failure, ModuleNotFoundError):
            hint = f"is {failure.name} installed in this environment?"
        raise error(f"{problem}: {_last_line(failure)}", where=_place(failure, root), hint=hint) from failure


def shielded(function: Callable[..., Any], problem: str, root: Path, error: type[MinimigError]) -> Callable[..., Any]:
    """The project's function, of which what it raises becomes an `error` as in `guarded`; of an iterator, all of it."""

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        def run() -> Any:
            result = function(*args)
            return list(result) if isinstance(result, Iterator) else result

        return guarded(run, problem, root, error)

    return call


def _not_found(failure: BaseException, module_name: str, target: str, root: Path, error: type[MinimigError]) -> None:
    """Raise `error` if the module itself, and not one that it imports, is what is missing."""
    if not isinstance(failure, ModuleNotFoundError) or failure.name is None:
        return
    if not f"{module_name}.".startswith(f"{failure.name}."):
        return
    parent = failure.name.rpartition(".")[0]
    folders = sys.modules[parent].__path__ if hasattr(sys.modules.get(parent), "__path__") else []
    siblings = pkgutil.iter_modules(folders if parent else [str(root), str(root / "src")])
    known = [f"{parent}.{found.name}" if parent else found.name for found in siblings]
    raise error(
        f"{target}: there is no module {failure.name}",
        where=f"searched in {root}",
        hint=nearest(failure.name, known) or "write the name as an import statement in the project would",
    ) from failure


def _last_line(failure: BaseException) -> str:
    """The last line of a traceback; of an error of SQLAlchemy, what the database said."""
    cause = getattr(failure, "orig", None)
    if isinstance(cause, Exception):
        return f"{type(cause).__name__}: {' '.join(str(cause).split())}"
    return traceback.format_exception_only(failure)[-1].strip()


def _place(failure: BaseException, root: Path) -> str | None:
    """`file:line` of the innermost frame in the project's code, or else of the innermost frame."""
    if isinstance(failure, SyntaxError) and failure.filename:
        return f"{failure.filename}:{failure.lineno}"
    frames = traceback.extract_tb(failure.__traceback__)
    own = [frame for frame in frames if _is_own(Path(frame.filename), root)] or frames
    return f"{own[-1].filename}:{own[-1].lineno}" if own else None


def _is_own(file: Path, root: Path) -> bool:
    return file.is_relative_to(root) and "site-packages" not in file.parts
