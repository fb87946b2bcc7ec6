"""The package keeps the shape that DESIGN promises: floors, no circles, nothing hidden, short files.

The tool's own lesson applied to itself: imports are a graph, and networkx answers the questions. The last
tests show that the checks fail on small packages that break the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support import architecture

PACKAGE = Path(__file__).parents[1] / "minimig"

# A room imports from the rooms above it in this list, never from those below or beside it.
FLOORS = (
    ("masking",),
    ("errors", "stages", "version"),
    ("files", "locations", "syntax", "targets", "toml", "urls"),
    ("config", "plugins"),
    ("config_sources",),
    ("state",),
    ("dialects",),
    ("operations",),
    ("autogenerate",),
    ("revisions",),
    ("runtime",),
    ("env",),
    ("env_file",),
    ("environment",),
    ("commands",),
    ("lessons", "narration"),
    ("cli",),
    ("api", "hooks", "migrating", "objects", "ops"),
    ("library", "looking", "scripting"),
    ("__init__", "__main__"),
    ("integrations", "testing"),
)
FACADE = {
    "minimig",
    "minimig.api",
    "minimig.hooks",
    "minimig.library",
    "minimig.looking",
    "minimig.migrating",
    "minimig.objects",
    "minimig.ops",
    "minimig.scripting",
}  # what users import; the package itself does not
FACADE_USERS = FACADE | {"minimig.testing"}
NARROW = {  # rooms held to less than their floor would let them
    "files": {"errors"},
    "syntax": set(),
    "targets": {"errors"},
    "toml": {"errors"},
    "urls": {"errors", "masking"},
    "locations": {"errors"},
    "lessons": {"errors"},
    "stages": set(),
    "config": {"config", "errors", "locations", "toml", "urls"},
    "config_sources": {"config", "errors", "masking", "toml"},
    "plugins": {"errors", "targets"},
    "hooks": {"autogenerate", "environment", "revisions", "state"},
    "objects": {"state"},
    "ops": {"operations"},
    "__main__": {"cli"},
}
FILE_BUDGET = 300
FUNCTION_BUDGET = 60

FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

Modules = dict[str, architecture.Module]
WritePackage = Callable[[dict[str, str]], Modules]


@pytest.fixture(scope="module")
def modules() -> Modules:
    """Every module of the package, as source."""
    return architecture.read_package(PACKAGE)


@pytest.fixture
def package(tmp_path: Path) -> WritePackage:
    """Write a small package called `minimig`, given as path and source, and read it."""

    def write(sources: dict[str, str]) -> Modules:
        for name, source in sources.items():
            path = tmp_path / "minimig" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return architecture.read_package(tmp_path / "minimig")

    return write


def test_every_room_has_a_floor(modules: Modules) -> None:
    """A new module or folder right below the package is placed in FLOORS before anyone builds on it."""
    assert {architecture.room(name) for name in modules} - FLOOR_OF.keys() == set()


def test_imports_lead_downward(modules: Modules) -> None:
    """No room imports one that stands above or beside it."""
    assert architecture.upward_imports(architecture.import_graph(modules), FLOOR_OF) == []


def test_some_rooms_import_less_than_they_might(modules: Modules) -> None:
    """`config` only reads words, `ops` only hands on operations, `__main__` only starts the cli."""
    for source, target in architecture.import_graph(modules).edges:
        low, high = architecture.room(source), architecture.room(target)
        assert high in NARROW.get(low, {high}), f"{source} imports {target}"


def test_nobody_inside_imports_the_facade(modules: Modules) -> None:
    """The package is built of its rooms, not of the names it shows to users."""
    graph = architecture.import_graph(modules)
    assert [(user, face) for user, face in graph.edges if face in FACADE and user not in FACADE_USERS] == []


def test_modules_form_no_circle(modules: Modules) -> None:
    """Each module can be read, and imported, without one that needs it."""
    assert architecture.circles(architecture.import_graph(modules)) == []


def test_no_import_of_our_own_is_hidden(modules: Modules) -> None:
    """The imports at the top of a file are all of them: none in a function, none under TYPE_CHECKING.

    The one exception is the package's own face, which names the API for type checkers and loads it when it is used.
    """
    inside = {name: module for name, module in modules.items() if name != "minimig"}
    assert architecture.hidden_imports(inside) == []


def test_every_module_says_what_it_is(modules: Modules) -> None:
    """Each module opens with a docstring."""
    assert architecture.modules_without_docstring(modules) == []


def test_one_module_parses() -> None:
    """Two threads must not parse at once on all versions that we support: everyone asks `minimig.syntax`."""
    users = [path.name for path in PACKAGE.rglob("*.py") if "ast.parse(" in path.read_text(encoding="utf-8")]
    assert users == ["syntax.py"]


def test_files_are_short(modules: Modules) -> None:
    """One idea a file: none outgrows the budget."""
    assert architecture.long_files(modules, FILE_BUDGET) == []


def test_functions_are_short(modules: Modules) -> None:
    """A function fits a screen: none outgrows the budget."""
    assert architecture.long_functions(modules, FUNCTION_BUDGET) == []


@pytest.mark.parametrize(
    "source",
    [
        "from minimig.cli import main",
        "from minimig.cli.main import run",
        "import minimig.cli.main",
        "from ..cli.main import run",
        "from .. import cli",
        "def late():\n    from minimig.cli import main",
    ],
)
def test_an_upward_import_is_found(package: WritePackage, source: str) -> None:
    """However the import is spelled, and wherever it stands, it is an edge of the graph."""
    sources = {"__init__.py": "", "state/__init__.py": "", "cli/__init__.py": "", "cli/main.py": ""}
    graph = architecture.import_graph(package({**sources, "state/tables.py": source}))
    found = architecture.upward_imports(graph, FLOOR_OF)
    assert len(found) == 1
    assert found[0].startswith(f"minimig.state.tables (floor {FLOOR_OF['state']}) imports minimig.cli")


def test_a_package_init_counts_its_dots_from_itself(package: WritePackage) -> None:
    """`from .tables import x` in `state/__init__.py` means `state.tables`; a circle through it is found."""
    sources = {"state/__init__.py": "from .tables import x", "state/tables.py": "from minimig.state import y"}
    graph = architecture.import_graph(package(sources))
    assert architecture.circles(graph) == ["minimig.state <-> minimig.state.tables"]


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    from minimig import errors",
        "class A:\n    async def f(self):\n        import minimig.errors",
        "if TYPE_CHECKING:\n    from minimig.errors import E",
        "if typing.TYPE_CHECKING:\n    from .errors import E",
    ],
)
def test_a_hidden_import_is_found(package: WritePackage, source: str) -> None:
    """Imports in functions and under TYPE_CHECKING are found; open ones, and those of others, are not."""
    clean = "from minimig import errors\ndef f():\n    import sqlalchemy"
    modules = package({"__init__.py": "", "errors.py": "", "clean.py": clean, "hiding.py": source})
    assert [line.partition(" ")[2] for line in architecture.hidden_imports(modules)] == ["(minimig.hiding)"]


def test_length_and_docstring_findings(package: WritePackage) -> None:
    """A file, a function and a missing docstring are found one line past the budget, and not on it."""
    modules = package({"a.py": '"""Doc."""\ndef f():\n    x = 1\n    return x\n', "b.py": ""})
    assert architecture.long_files(modules, 4) == []
    assert architecture.long_files(modules, 3) == ["minimig.a: 4 lines"]
    assert architecture.long_functions(modules, 3) == []
    assert architecture.long_functions(modules, 2) == ["a.py:2 (minimig.a) f: 3 lines"]
    assert architecture.modules_without_docstring(modules) == ["minimig.b"]
