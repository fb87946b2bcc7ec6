"""Finding the MetaData objects of a project by reading its sources; nothing is imported.

In comes a folder, out come candidates, best first: where each stands, what to call it in the configuration, and which
modules have to be named with it so that importing them defines all of its tables. Alembic starts with
`target_metadata = None`, and whoever forgets to edit that line gets empty revisions; this is what spares it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from minimig.commands.sources import Module, Project, dotted, read_project

BASES = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})
MAKERS = frozenset({"MetaData", "SQLAlchemy", "automap_base", "declarative_base", "registry"})
SQLMODEL = ("sqlmodel", "SQLModel")

Place = tuple[str, str]


@dataclass(frozen=True)
class Candidate:
    """An object that holds a MetaData.

    `targets` is what `metadata` in the configuration should list: `target` alone when importing its module leads to all
    of its tables, else the modules that define them, each by the name that it has there for this object.
    """

    target: str
    path: Path
    line: int
    kind: str
    tables: int = 0
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discovery:
    """The candidates, those with the most tables first, and the files that could not be read, with the reason."""

    candidates: tuple[Candidate, ...]
    skipped: tuple[tuple[Path, str], ...] = ()


@dataclass
class _Found:
    """What is known of one candidate while the scan goes on."""

    module: Module
    line: int
    kind: str
    tables: int = 0
    uses: dict[str, str] = field(default_factory=dict)  # module that defines tables -> its name for the object


def discover(folder: Path) -> Discovery:
    """Scan the sources in `folder` once. A file with a syntax error is skipped and reported."""
    project = read_project(folder.resolve())
    found: dict[Place, _Found] = {}
    same: dict[Place, Place] = {}
    for module in project.modules.values():
        for statement in module.body:
            _note_candidate(project, module, statement, found, same)
    _drop_aliases(project, found, same)
    classes = {
        (module.name, node.name): node
        for module in project.modules.values()
        for node in module.body
        if isinstance(node, ast.ClassDef)
    }
    for module in project.modules.values():
        for statement in module.body:
            for name in _table_owners(project, module, statement, classes):
                _count(project, module, statement, name, _Scan(found, same, classes))
    candidates = [_candidate(project, place, entry) for place, entry in found.items()]
    candidates.sort(key=lambda entry: (-entry.tables, entry.target))
    return Discovery(tuple(candidates), project.skipped)
