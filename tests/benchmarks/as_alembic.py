"""A world as a project of Alembic's, as its template, its autogenerate and its manual would have it."""

from __future__ import annotations

from pathlib import Path

from .as_sqlalchemy import arguments, column_source, default_source, models_source, type_source
from .history import Change, History, Step, twenty_changes
from .world import Column, Table, World

CONFIG = "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .\npath_separator = os\n"
# BENCHMARK_MODELS: `models` as applications import them, another module, or nothing.
# BENCHMARK_TENANTS: schemas, one after the other in one process, as the manual's recipe does it.
ENVIRONMENT = """\
import importlib
import os

from alembic import context
from sqlalchemy import create_engine, pool, text

module = os.environ.get("BENCHMARK_MODELS", "models")
target_metadata = importlib.import_module(module).metadata if module else None
URL = os.environ["BENCHMARK_URL"]


def run(**options):
    context.configure(target_metadata=target_metadata, **options)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run(url=URL, literal_binds=True, dialect_opts={"paramstyle": "named"})
else:
    with create_engine(URL, poolclass=pool.NullPool).connect() as connection:
        for tenant in os.environ.get("BENCHMARK_TENANTS", "").split(","):
            if tenant:
                connection.execute(text(f"SET search_path TO {tenant}"))
                connection.commit()
                connection.dialect.default_schema_name = tenant
            run(connection=connection, transaction_per_migration=True)
"""
TEMPLATE = """\
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
"""
FILE = '''\
"""%s

Revision ID: %s
Revises: %s
"""
from alembic import op
import sqlalchemy as sa

revision = %r
down_revision = %r
branch_labels = %r
depends_on = %r


def upgrade() -> None:
    %s


def downgrade() -> None:
    %s
'''


def write_world(world: World, folder: Path) -> None:
    """Models without revision files; `models_changed` are those after a few edits."""
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text(CONFIG)
    (folder / "migrations" / "env.py").write_text(ENVIRONMENT)
    (folder / "migrations" / "script.py.mako").write_text(TEMPLATE)
    (folder / "models.py").write_text(models_source(world))
    (folder / "models_changed.py").write_text(models_source(twenty_changes(world)))


def write_history(history: History, folder: Path) -> None:
    """Models, and the revision files that lead to them."""
    write_world(history.world, folder)
    names: dict[str, str] = {}
    for step in history.steps:
        sides = [_calls(change, names) for change in step.changes]
        up = [line for forth, _ in sides for line in forth]
        _write(folder, step, up, [line for _, back in reversed(sides) for line in back])


def write_schema(world: World, folder: Path) -> None:
    """Models, and one revision that creates all of it."""
    write_world(world, folder)
    names = world.names()
    sides = [_create(table, names) for table in world.tables.values()]
    up = [line for forth, _ in sides for line in forth]
    _write(folder, Step(0, "core", [], 1), up, [line for _, back in reversed(sides) for line in back])


def write_one(folder: Path, up: str) -> None:
    """A project without models, of one revision that makes these calls."""
    write_world(World(0, ("core",)), folder)
    _write(folder, Step(0, "core", [], 1), [up], [])


def _write(folder: Path, step: Step, up: list[str], down: list[str]) -> None:
    parents = [parent.revision for parent in step.parents]
    label = None if step.parents or step.app == "core" else (step.app,)
    needs = tuple(dict.fromkeys(other.revision for other in step.needs)) or None
    before = parents[0] if len(parents) == 1 else tuple(parents) or None
    lists = ("\n    ".join(side) or "pass" for side in (up, down))
    text = FILE % (step.name, step.revision, before, step.revision, before, label, needs, *lists)
    (folder / "migrations" / "versions" / f"{step.revision}_{step.name}.py").write_text(text)


def _create(table: Table, names: dict[str, str]) -> tuple[list[str], list[str]]:
    items = [repr(table.name), *arguments(table, names)]
    up = ["op.create_table(", *(f"    {item}," for item in items), ")"]
    up += [f"op.create_index({name!r}, {table.name!r}, [{column!r}])" for name, column in table.indexes.items()]
    down = [f"op.drop_index({name!r}, table_name={table.name!r})" for name in table.indexes]
    return up, [*down, f"op.drop_table({table.name!r})"]


def _calls(  # noqa: PLR0911 - one answer for each kind of change
    change: Change, names: dict[str, str]
) -> tuple[list[str], list[str]]:
    """The change as lines of `upgrade`, and of `downgrade`; `names` follows what tables are called."""
    table, old, new = change.table, change.old, change.new
    name = repr(table.name)
    batch = f"with op.batch_alter_table({name}) as batch:"
    if change.kind == "create_table":
        names[table.key] = table.name
        return _create(table, names)
    if change.kind == "rename_table":
        names[table.key] = str(new)
        return [f"op.rename_table({old!r}, {new!r})"], [f"op.rename_table({new!r}, {old!r})"]
    if change.kind == "create_index":
        return [f"op.create_index({old!r}, {name}, [{new!r}])"], [f"op.drop_index({old!r}, table_name={name})"]
    if change.kind == "add_column":
        assert isinstance(new, Column)
        return [f"op.add_column({name}, {column_source(new, table)})"], [batch, f"    batch.drop_column({new.name!r})"]
    assert isinstance(old, Column)
    if change.kind == "drop_column":
        return [batch, f"    batch.drop_column({old.name!r})"], [f"op.add_column({name}, {column_source(old, table)})"]
    assert isinstance(new, Column)
    if change.kind == "rename_column":
        return [batch, _rename(table, old, new)], [batch, _rename(table, new, old)]
    return [batch, _alter(table, old, new)], [batch, _alter(table, new, old)]


def _rename(table: Table, old: Column, new: Column) -> str:
    known = f"existing_type={type_source(old, table)}, existing_nullable={old.nullable}"
    return f"    batch.alter_column({old.name!r}, new_column_name={new.name!r}, {known})"


def _alter(table: Table, old: Column, new: Column) -> str:
    words = [repr(old.name), f"existing_type={type_source(old, table)}"]
    if (old.kind, old.size) != (new.kind, new.size):
        words.append(f"type_={type_source(new, table)}")
    if old.default != new.default:
        words.append(f"server_default={None if new.default is None else default_source(new)}")
    elif old.default is not None:
        words.append(f"existing_server_default={default_source(old)}")
    words.append(f"{'existing_' if old.nullable == new.nullable else ''}nullable={new.nullable}")
    return f"    batch.alter_column({', '.join(words)})"
