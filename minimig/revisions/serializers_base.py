"""What the writing of values needs: the imports of a file, and the hand that writes one value after the other.

A rule is a type and a function `(value, writing) -> Source`; the first rule whose type fits writes the value. Rules are
data handed in, not a registry that modules fill while they are imported (as in Django and Alembic), so two projects in
one process cannot disturb each other.
"""

from __future__ import annotations

import keyword
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from minimig.errors import WriterError
from minimig.revisions.header import LITERAL_NAMES
from minimig.revisions.serializers_layout import Source
from minimig.state.values import Reference

TAKEN = frozenset({"sa", "ops", *LITERAL_NAMES, "up", "down"})
"""Names that mean something in every revision file, so that no imported module may be known by them."""

DIALECTS = "sqlalchemy.dialects."


@dataclass
class Imports:
    """The import statements that a file needs, collected while its values are written."""

    statements: set[str] = field(default_factory=set)
    dialects: set[str] = field(default_factory=set)

    def name(self, reference: Reference) -> str:
        """How a file that imports it speaks of something: `sa.String`, `postgresql.JSONB`, `blog.types.Money`."""
        module = reference.module
        if module == "builtins":
            return reference.name
        if module == "sqlalchemy":
            self.statements.add("import sqlalchemy as sa")
            return f"sa.{reference.name}"
        dialect = module.removeprefix(DIALECTS)
        if dialect != module and "." not in dialect:
            self.dialects.add(dialect)
            return f"{dialect}.{reference.name}"
        root = module.partition(".")[0]
        if root in TAKEN:
            alias = f"_{module.replace('.', '_')}"
            self.statements.add(f"import {module} as {alias}")
            return f"{alias}.{reference.name}"
        self.statements.add(f"import {module}")
        return f"{module}.{reference.name}"

    def ops(self, name: str) -> str:
        """How a file names an operation, or what else `minimig.ops` holds."""
        self.statements.add("from minimig import ops")
        return f"ops.{name}"

    def lines(self) -> list[str]:
        """The statements in groups (standard library, SQLAlchemy, the rest), an empty line between two groups."""
        groups: list[list[str]] = [[], [], []]
        together = [f"from sqlalchemy.dialects import {', '.join(sorted(self.dialects))}"] if self.dialects else []
        # `import x` before `from x import y`, as isort does.
        for statement in sorted([*self.statements, *together], key=lambda s: (s.startswith("from"), s)):
            root = statement.split()[1].partition(".")[0]
            groups[0 if root in sys.stdlib_module_names else 1 if root == "sqlalchemy" else 2].append(statement)
        out: list[str] = []
        for group in filter(None, groups):
            out += ["", *group] if out else group
        return out


Rule = tuple[type, Callable[[Any, "Writing"], Source]]
"""A type, and the function that writes its values."""


@dataclass(slots=True)  # not frozen: a frozen one takes three times as long to make, and each value gets one
class Writing:
    """One value after the other, under the same rules, into the same imports; `place` names the value in errors."""

    rules: tuple[Rule, ...]
    imports: Imports
    place: str = ""
    chosen: dict[type, Callable[[Any, Writing], Source]] = field(default_factory=dict, compare=False, repr=False)
    """The rules that fitted, by type: each type is looked for once."""

    def inside(self, place: str) -> Writing:
        """The same, deeper: `place` is added to where this is."""
        return self.at(f"{self.place}, {place}" if self.place else place)

    def at(self, place: str) -> Writing:
        """The same, with `place` for errors."""
        return Writing(self.rules, self.imports, place, self.chosen)

    def value(self, value: Any) -> Source:
        """The source of a value. Raises WriterError when no rule knows its type."""
        rule = self.chosen.get(type(value))
        if rule is None:
            rule = next((rule for kind, rule in self.rules if isinstance(value, kind)), None)
            if rule is None:
                raise self.unknown(value)
            self.chosen[type(value)] = rule
        return rule(value, self)

    def unknown(self, value: Any) -> WriterError:
        """The error for a value that no rule knows, with the way to teach one."""
        name = type(value).__qualname__
        return WriterError(
            f"a value of type {type(value).__module__}.{name} cannot be written into a revision file",
            where=self.place or None,
            hint="teach the writer in the env file: return dataclasses.replace(environment, "
            f"serializers=(({name}, function),)), where function(value, writing) returns its source; "
            "an argument of a type can also be given by a subclass",
        )

    def values(self, values: Iterable[Any]) -> tuple[Source, ...]:
        """The sources of several values."""
        return tuple([self.value(value) for value in values])

    def name(self, reference: Reference, what: str) -> str:
        """How the file names something that it imports. Raises WriterError when it cannot be imported."""
        plain = reference.module == "sqlalchemy" and reference.name.isidentifier()  # as a rule
        problem, hint = ("", "") if plain else _unreachable(reference)
        if problem:
            raise WriterError(
                f"{what} {reference.name} {problem}, so no revision file can import it",
                where=self.place or None,
                hint=hint,
            )
        return self.imports.name(reference)


def _findable(module: str) -> bool:
    """Whether a new process would find a module: that it is imported here may be somebody's own doing.

    The project's folder need not be on the path now: a module that was read from the file of its name is found there.
    """
    if module in ("builtins", "sqlalchemy"):
        return True
    loaded = sys.modules.get(module)
    file = getattr(loaded, "__file__", None) or ""
    parts = Path(file.removesuffix(".py")).parts
    name = tuple(module.split("."))
    return name in (parts[-len(name) :], parts[:-1][-len(name) :]) or _on_the_path(module)


def _on_the_path(module: str) -> bool:
    folders: Sequence[str] | None = None
    name = ""
    for part in module.split("."):
        name = f"{name}.{part}" if name else part
        spec = next(filter(None, (finder.find_spec(name, folders) for finder in sys.meta_path)), None)
        if spec is None:
            return False
        folders = spec.submodule_search_locations
        if folders is None and name != module:  # such as os.path, which os puts in place
            parent, _, last = module.rpartition(".")
            return isinstance(getattr(sys.modules.get(parent), last, None), ModuleType)
    return True


def _unreachable(reference: Reference) -> tuple[str, str]:
    """Why a file cannot import something, and what to do; two empty strings when it can."""
    module, name = reference.module, reference.name
    if "<lambda>" in name:
        return "has no name", "write it as a function, with def, at the top of a module"
    if "<locals>" in name:
        return "is defined inside a function", "move it to the top of its module"
    if module == "__main__":
        return "belongs to the script that is running", "move it into a module that can be imported"
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in module.split(".")):
        return (
            f"is defined in {module!r}, whose name is no Python name",
            "move it into a module of its own, and import it from there",
        )
    if not _findable(module):
        return (
            f"says that it is from module {module}, and no such module is on the import path",
            "import the module that defines it by the name that every process knows it by",
        )
    return "", ""
