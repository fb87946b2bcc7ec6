"""Finding the MetaData objects of a project by reading its sources; nothing is imported.

In comes a folder, out come candidates, best first: where each stands, what to call it in the configuration,
and which modules have to be named with it so that importing them defines all of its tables. Alembic starts
with `target_metadata = None`, and whoever forgets to edit that line gets empty revisions; the scan spares
users that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from minimig.commands.sources import Module, Project, assigned, dotted, read_project

Place = tuple[str, str]  # (module, name)

BASES = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})
MAKERS = {
    "MetaData": "MetaData",
    "SQLAlchemy": "Flask-SQLAlchemy",
    "declarative_base": "declarative base",
    "registry": "registry",
}
SQLMODEL: Place = ("sqlmodel", "SQLModel")


@dataclass(frozen=True)
class Candidate:
    """An object that holds a MetaData.

    `targets` is what `metadata` in the configuration should list: `target` alone when importing its module
    leads to all of its tables, else the modules that define them, each with the name that this object has
    there.
    """

    target: str
    path: Path
    line: int
    kind: str
    tables: int = 0
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discovery:
    """The candidates, most tables first, and the files that could not be read, with the reason."""

    candidates: tuple[Candidate, ...]
    skipped: tuple[tuple[Path, str], ...] = ()


@dataclass(frozen=True)
class _Holder:
    """One candidate while the scan goes on; `users` are the modules with tables, and its name in each."""

    path: Path
    line: int
    kind: str
    tables: list[str] = field(default_factory=list)  # the module of each
    users: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Scan:
    """The candidates found, by place; `same` leads from one that is only part of another to that other."""

    project: Project
    holders: dict[Place, _Holder] = field(default_factory=dict)
    same: dict[Place, Place] = field(default_factory=dict)
    owners: dict[Place, Place | None] = field(default_factory=dict)


def discover(folder: Path) -> Discovery:
    """Scan the sources in `folder`, each file once. A file with a syntax error is skipped and reported."""
    scan = _Scan(read_project(folder.resolve()))
    modules = scan.project.modules.values()
    for module in modules:
        for statement in module.body:
            _find_holder(scan, module, statement)
    for part in scan.same.keys() & scan.holders.keys():
        del scan.holders[part]
    for module in modules:
        for statement in module.body:
            _count_tables(scan, module, statement)
    candidates = [_candidate(scan.project, place, holder) for place, holder in scan.holders.items()]
    candidates.sort(key=lambda entry: (-entry.tables, entry.target))
    return Discovery(tuple(candidates), scan.project.skipped)


def _find_holder(scan: _Scan, module: Module, statement: ast.stmt) -> None:
    """Note a declarative base, or a variable that is set to one of `MAKERS`."""
    if isinstance(statement, ast.ClassDef):
        if any(_is_base(scan.project, module, base) for base in statement.bases):
            place = (module.name, statement.name)
            scan.holders[place] = _Holder(module.path, statement.lineno, "declarative base")
            parts = [value for line in statement.body for name, value in assigned(line) if name == "metadata"]
            _note_parts(scan, module, place, parts)
        return
    for name, value in assigned(statement):
        if isinstance(value, ast.Call) and (kind := _made(scan.project, module, value)):
            place = (module.name, name)
            scan.holders[place] = _Holder(module.path, statement.lineno, kind)
            _note_parts(
                scan,
                module,
                place,
                [word.value for word in value.keywords if word.arg in ("metadata", "model_class")],
            )


def _is_base(project: Project, module: Module, base: ast.expr) -> bool:
    source, name = project.origin(module.name, dotted(base))
    return source not in project.modules and name.rpartition(".")[2] in BASES


def _made(project: Project, module: Module, call: ast.Call) -> str | None:
    source, name = project.origin(module.name, dotted(call.func))
    library = "alchemy" in source or source.startswith("sqlmodel")
    return MAKERS.get(name.rpartition(".")[2]) if library and source not in project.modules else None


def _note_parts(scan: _Scan, module: Module, whole: Place, parts: list[ast.expr]) -> None:
    for part in parts:
        place = scan.project.origin(module.name, dotted(part))
        if place != whole:
            scan.same[place] = whole


def _count_tables(scan: _Scan, module: Module, statement: ast.stmt) -> None:
    """Credit the table that `statement` defines, if any, to the candidate whose MetaData it enters."""
    for name in _owner_names(statement):
        place = _owner(scan, (module.name, name))
        if place is None or not _defines_table(place, statement):
            continue
        if place == SQLMODEL and place not in scan.holders:
            scan.holders[place] = _Holder(module.path, statement.lineno, "SQLModel")
        scan.holders[place].tables.append(module.name)
        scan.holders[place].users.setdefault(module.name, name.removesuffix(".Model").removesuffix(".Table"))
        return


def _owner_names(statement: ast.stmt) -> Iterator[str]:
    """What `statement` calls the owner of its table: its bases, or the argument of Table(...)."""
    if isinstance(statement, ast.ClassDef):
        yield from filter(None, map(dotted, statement.bases))
        return
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr) else None
    if isinstance(value, ast.Call) and (function := dotted(value.func)).rpartition(".")[2] == "Table":
        given = [*value.args[1:2], *(word.value for word in value.keywords if word.arg == "metadata")]
        yield from filter(None, [*map(dotted, given), function])


def _defines_table(owner: Place, statement: ast.stmt) -> bool:
    """Whether it makes a table: SQLAlchemy maps each class below a base, unless it calls itself abstract."""
    if not isinstance(statement, ast.ClassDef):
        return True
    if owner == SQLMODEL:
        return any(word.arg == "table" for word in statement.keywords)
    return not any(name == "__abstract__" for line in statement.body for name, _ in assigned(line))


def _owner(scan: _Scan, start: Place) -> Place | None:
    """The candidate of an object: itself, what it is an attribute of, or what its class inherits from."""
    place = scan.project.origin(*start)
    for _ in scan.same:
        place = scan.same.get(place, place)
    if place in scan.holders or place == SQLMODEL:
        return place
    if place not in scan.owners:
        scan.owners[place] = None  # where a class that inherits from itself ends
        scan.owners[place] = next(filter(None, (_owner(scan, above) for above in _above(scan, place))), None)
    return scan.owners[place]


def _above(scan: _Scan, place: Place) -> Iterator[Place]:
    source, name = place
    module = scan.project.modules.get(source)
    if module is None:
        return
    if name in module.classes:
        yield from ((source, base) for base in map(dotted, module.classes[name].bases) if base)
    if module.variables.get(name):  # Model = db.Model
        yield source, module.variables[name]
    if "." in name:
        yield source, name.rpartition(".")[0]


def _candidate(project: Project, place: Place, holder: _Holder) -> Candidate:
    own = ":".join(place)
    reached: set[str] = set()
    targets = [] if place == SQLMODEL else [own]
    project.reach(place[0], reached)
    for module, name in sorted(holder.users.items()):
        if module not in reached:
            targets.append(f"{module}:{name}")
            project.reach(module, reached)
    if targets[0] == own and len(targets) > 1 and place[0] not in holder.users:
        del targets[0]  # the others import it
    return Candidate(own, holder.path, holder.line, holder.kind, len(holder.tables), tuple(targets))
