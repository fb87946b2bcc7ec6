"""A project's Python files, read but never run: which module each is, what it imports, what its names mean.

In comes a folder, out comes a `Project`. It is as much as can be known of a program without importing it,
which must not happen while a project is being set up: importing may connect to databases or start servers.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from minimig.syntax import parsed

SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "alembic", "build", "dist", "migrations", "node_modules", "site-packages", "test", "tests"}
)
SKIPPED_FILES = frozenset({"__main__.py", "conftest.py", "noxfile.py", "setup.py"})


@dataclass(frozen=True)
class Module:
    """One file: its top-level statements, and what it imports.

    `names` maps an imported name to (module, name), where the name is "" for a module as a whole; `stars`
    are the modules of `from x import *`; `imports` are all modules that importing this one may run;
    `variables` maps a variable to the dotted name it is set to, "" when it is set to something else.
    """

    name: str
    path: Path
    body: tuple[ast.stmt, ...]
    names: Mapping[str, tuple[str, str]]
    stars: tuple[str, ...]
    imports: frozenset[str]
    classes: Mapping[str, ast.ClassDef]
    variables: Mapping[str, str]

    def defines(self, name: str) -> bool:
        return name in self.classes or name in self.variables


@dataclass(frozen=True)
class Project:
    """The modules by dotted name, and the files that could not be read, each with the reason."""

    modules: Mapping[str, Module]
    skipped: tuple[tuple[Path, str], ...]

    def origin(self, module: str, dotted: str) -> tuple[str, str]:
        """Where what `module` calls `dotted` is defined: (module, name), through imports of imports.

        What comes from outside the project ends the search: ("sqlalchemy.orm", "DeclarativeBase").
        """
        seen: set[tuple[str, str]] = set()
        place = (module, dotted)
        while place not in seen and place[0] in self.modules:
            seen.add(place)
            head, _, rest = place[1].partition(".")
            found = self._imported(self.modules[place[0]], head)
            if found is None:
                break
            source, name = found
            if name and f"{source}.{name}" in self.modules:  # from blog import models
                source, name = f"{source}.{name}", ""
            place = _descend(self.modules, source, ".".join(filter(None, (name, rest))))
        return place

    def _imported(self, module: Module, name: str) -> tuple[str, str] | None:
        if name in module.names or not module.stars or module.defines(name):
            return module.names.get(name)
        own = [self.modules[star] for star in module.stars if star in self.modules]
        givers = [star.name for star in own if name in star.names or star.defines(name)]
        outside = [star for star in module.stars if star not in self.modules]
        return (givers or outside or [module.stars[0]])[0], name

    def reach(self, module: str, reached: set[str]) -> None:
        """Add to `reached` every module of the project that importing `module` imports."""
        waiting = [module]
        while waiting:
            name = waiting.pop()
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                package = ".".join(parts[:end])
                if package in self.modules and package not in reached:
                    reached.add(package)
                    waiting.extend(self.modules[package].imports)


def read_project(folder: Path) -> Project:
    """Parse every Python file of the project in `folder`. One that cannot be parsed is reported, not raised."""
    modules: dict[str, Module] = {}
    skipped: list[tuple[Path, str]] = []
    for path in python_files(folder):
        name = module_name(folder, path)
        if name is None:
            continue
        try:
            tree = _parse(path)
        except (OSError, SyntaxError, ValueError, RecursionError) as error:
            skipped.append((path, str(error)))
            continue
        modules[name] = _module(name, path, tuple(top_level(tree.body)))
    return Project(modules, tuple(skipped))


def python_files(folder: Path) -> Iterator[Path]:
    """The project's own sources in a stable order: no tests, no migrations, nothing installed or generated."""
    for current, folders, files in os.walk(folder):
        here = Path(current)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in SKIPPED_FOLDERS and not (here / name / "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            if name.endswith(".py") and name not in SKIPPED_FILES and not name.startswith("test_"):
                yield here / name


def module_name(folder: Path, path: Path) -> str | None:
    """What `path` is imported as, or None when no import statement can name it."""
    src = folder / "src"
    root = src if path.is_relative_to(src) and not (src / "__init__.py").exists() else folder
    parts = list(path.relative_to(root).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else None


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported: under if, try and with too, but not under TYPE_CHECKING."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            if dotted(statement.test).rpartition(".")[2] != "TYPE_CHECKING":
                yield from top_level(statement.body)
            yield from top_level(statement.orelse)
        elif isinstance(statement, ast.Try):
            handled = [line for handler in statement.handlers for line in handler.body]
            yield from top_level([*statement.body, *handled, *statement.orelse, *statement.finalbody])
        elif isinstance(statement, ast.With):
            yield from top_level(statement.body)


def assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The (name, value) pairs of `a = b = value` and `a: Type = value`."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, statement.value
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        yield statement.target.id, statement.value


def dotted(node: ast.expr) -> str:
    """`sa.orm.Base` for a name or a chain of attributes, "" for anything else; Generic[T] is `Generic`."""
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _parse(path: Path) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in the project's strings are not ours to report
        return parsed(path.read_bytes(), str(path))


def _module(name: str, path: Path, body: tuple[ast.stmt, ...]) -> Module:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    names = _imported_names(body, package)
    stars = tuple(
        _source(statement, package)
        for statement in body
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
    )
    classes = {statement.name: statement for statement in body if isinstance(statement, ast.ClassDef)}
    variables = {variable: dotted(value) for statement in body for variable, value in assigned(statement)}
    return Module(name, path, body, names, stars, _imported_modules(body, package), classes, variables)


def _imported_names(body: tuple[ast.stmt, ...], package: str) -> dict[str, tuple[str, str]]:
    names: dict[str, tuple[str, str]] = {}
    for statement in body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                source = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or source] = (source, "")
        elif isinstance(statement, ast.ImportFrom):
            source = _source(statement, package)
            names.update({alias.asname or alias.name: (source, alias.name) for alias in statement.names})
    return names


def _imported_modules(body: tuple[ast.stmt, ...], package: str) -> frozenset[str]:
    modules: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.Import):
            modules.update(alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            source = _source(statement, package)
            modules.add(source)
            modules.update(f"{source}.{alias.name}" for alias in statement.names)
    return frozenset(modules)


def _source(statement: ast.ImportFrom, package: str) -> str:
    """The absolute name of the module in `from ..x import y`."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".") if package else []
    kept = parts[: len(parts) - statement.level + 1]
    return ".".join([*kept, *filter(None, [statement.module])])


def _descend(modules: Mapping[str, Module], source: str, path: str) -> tuple[str, str]:
    """Move submodules at the front of `path` to `source`: ("blog", "db.Base") -> ("blog.db", "Base")."""
    head, _, rest = path.partition(".")
    while rest and f"{source}.{head}" in modules:
        source, path = f"{source}.{head}", rest
        head, _, rest = path.partition(".")
    return source, path
