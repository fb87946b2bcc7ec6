"""A world as a project of minimig's, its revision files as `makemigrations` writes them."""

from __future__ import annotations

from pathlib import Path

from .as_sqlalchemy import arguments, column_source, default_source, index_sources, models_source, type_source
from .history import Change, History, Step, twenty_changes
from .world import Column, Table, World

CONFIG = """\
[tool.minimig]
url = "${BENCHMARK_URL}"
"""
APP = """
[tool.minimig.apps.%(app)s]
metadata = "${BENCHMARK_MODELS:-models}:metadata"
migrations = "migrations/%(app)s"
tables = ["%(app)s_*"]
"""
FILE = '''\
"""%s."""

import sqlalchemy as sa

from minimig import ops

dependencies = %s

up = [
%s
]

down = [
%s
]
'''


def write_world(world: World, folder: Path) -> None:
    """Models without revision files; `models_changed` are those after a few edits."""
    folder.mkdir(parents=True)
    (folder / "models.py").write_text(models_source(world))
    (folder / "models_changed.py").write_text(models_source(twenty_changes(world)))
    (folder / "pyproject.toml").write_text(CONFIG + "".join(APP % {"app": app} for app in world.apps))
    for app in world.apps:
        (folder / "migrations" / app).mkdir(parents=True)


def write_history(history: History, folder: Path) -> None:
    """Models, and the revision files that lead to them."""
    write_world(history.world, folder)
    names: dict[str, str] = {}
    for step in history.steps:
        sides = [_operations(change, names) for change in step.changes]
        _write(folder, step, [up for up, _ in sides], [down for _, down in reversed(sides)])


def write_schema(world: World, folder: Path) -> None:
    """Models, and one revision file that creates all of it."""
    write_world(world, folder)
    names = world.names()
    creates = [_create(table, names) for table in world.tables.values()]
    drops = [f"ops.DropTable({table.name!r})" for table in reversed(world.tables.values())]
    _write(folder, Step(0, "core", [], 1), creates, drops)


def _write(folder: Path, step: Step, up: list[str], down: list[str]) -> None:
    before = [f"{other.app}.{other.name}" for other in (*step.parents, *step.needs)]
    lists = ("\n".join(f"    {operation}," for operation in side) for side in (up, down))
    text = FILE % ("Change tables", repr(list(dict.fromkeys(before))), *lists)
    (folder / "migrations" / step.app / f"{step.name}.py").write_text(text)


def _create(table: Table, names: dict[str, str]) -> str:
    items = [repr(table.name), *arguments(table, names), *index_sources(table)]
    return "\n".join(["ops.CreateTable(", *(f"        {item}," for item in items), "    )"])


def _operations(  # noqa: PLR0911 - one answer for each kind of change
    change: Change, names: dict[str, str]
) -> tuple[str, str]:
    """The change as an operation, and its reverse; `names` follows what tables are called."""
    table, old, new = change.table, change.old, change.new
    name = repr(table.name)
    if change.kind == "create_table":
        names[table.key] = table.name
        return _create(table, names), f"ops.DropTable({name})"
    if change.kind == "rename_table":
        names[table.key] = str(new)
        return f"ops.RenameTable({old!r}, {new!r})", f"ops.RenameTable({new!r}, {old!r})"
    if change.kind == "create_index":
        return f"ops.CreateIndex({old!r}, {name}, [{new!r}])", f"ops.DropIndex({old!r}, {name})"
    if change.kind == "add_column":
        assert isinstance(new, Column)
        return f"ops.AddColumn({name}, {column_source(new, table)})", f"ops.DropColumn({name}, {new.name!r})"
    assert isinstance(old, Column)
    if change.kind == "drop_column":
        return f"ops.DropColumn({name}, {old.name!r})", f"ops.AddColumn({name}, {column_source(old, table)})"
    assert isinstance(new, Column)
    if change.kind == "rename_column":
        forth, back = f"{old.name!r}, {new.name!r}", f"{new.name!r}, {old.name!r}"
        return f"ops.RenameColumn({name}, {forth})", f"ops.RenameColumn({name}, {back})"
    return _alter(table, old, new), _alter(table, new, old)


def _alter(table: Table, old: Column, new: Column) -> str:
    words = [repr(table.name), repr(new.name)]
    if (old.kind, old.size) != (new.kind, new.size):
        words.append(f"type={type_source(new, table)}")
    if old.nullable != new.nullable:
        words.append(f"nullable={new.nullable}")
    if old.default != new.default:
        words.append(f"server_default={None if new.default is None else default_source(new)}")
    return f"ops.AlterColumn({', '.join(words)})"
