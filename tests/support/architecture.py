"""The shape of a package, read from its source: which module imports which, and how long things are.

In goes a package's folder, out come a networkx graph of its own imports and lists of findings, each naming
file and line. Nothing is executed: a module that could not be imported is still read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    """One file: its dotted name, its source and its syntax tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Whether the file is the `__init__` of its folder."""
        return self.path.name == "__init__.py"

    def at(self, node: ast.AST) -> str:
        """Where a finding is, as editors understand it."""
        return f"{self.path.name}:{getattr(node, 'lineno', 1)} ({self.name})"


def read_package(folder: Path) -> dict[str, Module]:
    """All modules of the package in `folder`, by dotted name."""
    modules = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, path, text, ast.parse(text))
    return modules


def import_graph(modules: dict[str, Module]) -> nx.DiGraph:
    """An edge from each module to each one of the package that it imports, wherever the import stands."""
    graph = nx.DiGraph()
    graph.add_nodes_from(modules)
    for module in modules.values():
        for node in ast.walk(module.tree):
            graph.add_edges_from((module.name, target) for target in imported(module, node, modules))
    return graph


def imported(module: Module, node: ast.AST, modules: dict[str, Module]) -> Iterator[str]:
    """The modules of the package that a node imports: of `from a import b` it is `a.b` if that is one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in modules)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            steps_up = node.level - module.is_package
            package = module.name.split(".")[: -steps_up or None]
            base = ".".join([*package, base]).rstrip(".")
        if base in modules:
            candidates = {f"{base}.{alias.name}" for alias in node.names}
            yield from candidates & modules.keys() or {base}


def upward_imports(graph: nx.DiGraph, floors: dict[str, int]) -> list[str]:
    """Imports that lead from a room to another that stands no lower; one without a floor is passed over."""
    found = []
    for source, target in graph.edges:
        low, high = room(source), room(target)
        if low != high and {low, high} <= floors.keys() and floors[high] >= floors[low]:
            found.append(f"{source} (floor {floors[low]}) imports {target} (floor {floors[high]})")
    return found


def room(name: str) -> str:
    """The part of the package that a module belongs to: `minimig.state.tables` is in `state`."""
    return [*name.split("."), "__init__"][1]


def circles(graph: nx.DiGraph) -> list[str]:
    """Groups of modules that need each other to be imported."""
    knots = [sorted(knot) for knot in nx.strongly_connected_components(graph) if len(knot) > 1]
    return [" <-> ".join(knot) for knot in knots] + [name for name in graph if graph.has_edge(name, name)]


def hidden_imports(modules: dict[str, Module]) -> list[str]:
    """Imports of the package itself that stand inside a function, or under `if TYPE_CHECKING`."""
    found = set()
    for module in modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, FUNCTIONS) or is_type_checking(node):
                inner = (child for child in ast.walk(node) if any(imported(module, child, modules)))
                found |= {module.at(child) for child in inner}
    return sorted(found)


def is_type_checking(node: ast.AST) -> bool:
    """Whether the node is an `if` about TYPE_CHECKING, however that name was imported."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def modules_without_docstring(modules: dict[str, Module]) -> list[str]:
    """Modules that do not open by saying what they are."""
    return [name for name, module in modules.items() if not ast.get_docstring(module.tree)]


def long_files(modules: dict[str, Module], budget: int) -> list[str]:
    """Files with more lines than the budget."""
    sizes = {name: len(module.text.splitlines()) for name, module in modules.items()}
    return [f"{name}: {size} lines" for name, size in sizes.items() if size > budget]


def long_functions(modules: dict[str, Module], budget: int) -> list[str]:
    """Functions with more lines than the budget, from `def` to the end."""
    return [
        f"{module.at(node)} {node.name}: {lines} lines"
        for module in modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, FUNCTIONS) and (lines := node.end_lineno - node.lineno + 1) > budget
    ]
