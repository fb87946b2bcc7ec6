"""A world as a project of Django's, its migrations as its `makemigrations` writes them."""

from __future__ import annotations

from pathlib import Path

from .history import Change, History, twenty_changes
from .world import NOW, Column, Table, World

FIELDS = {
    "int": "IntegerField",
    "bigint": "BigIntegerField",
    "text": "TextField",
    "bool": "BooleanField",
    "timestamp": "DateTimeField",
    "date": "DateField",
    "float": "FloatField",
    "varchar": "CharField",
    "numeric": "DecimalField",
    "enum": "CharField",
}
SETTINGS = """\
import os
from urllib.parse import unquote, urlsplit

SECRET_KEY = "benchmark"
USE_TZ = True
INSTALLED_APPS = %r
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
url = urlsplit(os.environ["BENCHMARK_URL"])
if url.scheme == "sqlite":
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": url.path[1:]}}
else:
    DATABASES = {"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username or "",
        "PASSWORD": unquote(url.password or ""), "HOST": url.hostname or "", "PORT": url.port or "",
    }}
"""
MANAGE = """\
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
"""
MODELS = """\
import os

if os.environ.get("BENCHMARK_MODELS") == "models_changed":
    from .models_changed import *
else:
    from .models_now import *
"""
HEADING = "from django.db import models\nfrom django.db.models.functions import Now\n"
FILE = """\
import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    initial = %r
    dependencies = %r
    operations = [
%s
    ]
"""


def write_world(world: World, folder: Path) -> None:
    """Models without migrations; `models_changed` are those after a few edits."""
    folder.mkdir(parents=True)
    (folder / "settings.py").write_text(SETTINGS % (list(world.apps),))
    (folder / "manage.py").write_text(MANAGE)
    changed = twenty_changes(world)
    for app in world.apps:
        (folder / app / "migrations").mkdir(parents=True)
        (folder / app / "migrations" / "__init__.py").touch()
        (folder / app / "__init__.py").touch()
        (folder / app / "models.py").write_text(MODELS)
        (folder / app / "models_now.py").write_text(_models(world, app))
        (folder / app / "models_changed.py").write_text(_models(changed, app))


def write_history(history: History, folder: Path) -> None:
    """Models, and the migrations that lead to them."""
    write_world(history.world, folder)
    for step in history.steps:
        before = [(other.app, other.name) for other in (*step.parents, *step.needs)]
        operations = [_operation(history.world, change) for change in step.changes]
        _write(folder / step.app, step.name, list(dict.fromkeys(before)), operations)


def write_schema(world: World, folder: Path) -> None:
    """Models, and one migration that creates all of it."""
    write_world(world, folder)
    _write(folder / "core", "0001_initial", [], [_create(world, table) for table in world.tables.values()])


def write_one(folder: Path, first: str, second: str) -> None:
    """A project without models, and two migrations of one operation each."""
    write_world(World(0, ("core",)), folder)
    _write(folder / "core", "0001_initial", [], [first])
    _write(folder / "core", "0002_change", [("core", "0001_initial")], [second])


def _write(app: Path, name: str, before: list[tuple[str, str]], operations: list[str]) -> None:
    lines = "\n".join(f"        {operation}," for operation in operations)
    (app / "migrations" / f"{name}.py").write_text(FILE % (not before, before, lines))


def _field(world: World, column: Column) -> str:
    if column.primary_key:
        return "models.AutoField(primary_key=True, serialize=False)"
    words = []
    if column.refers:
        target = world.tables[column.refers]
        words += [repr(f"{target.app}.{target.key}"), "on_delete=models.DO_NOTHING", f"db_column={column.name!r}"]
        words += ["db_index=False", "related_name='+'"]
    words += [f"max_length={column.size or 10}"] if column.kind in ("varchar", "enum") else []
    words += ["max_digits=12", "decimal_places=2"] if column.kind == "numeric" else []
    words += [f"choices={[(label, label.title()) for label in column.labels]!r}"] if column.labels else []
    words += ["null=True"] if column.nullable else []
    if column.default is not None:
        is_now = column.default == NOW and column.kind == "timestamp"
        words.append(f"db_default={'Now()' if is_now else repr(column.default)}")
    return f"models.{'ForeignKey' if column.refers else FIELDS[column.kind]}({', '.join(words)})"


def _attribute(column: Column) -> str:
    """What Django calls the column: a foreign key goes without its `_id`."""
    return column.name.removesuffix("_id") if column.refers else column.name


def _options(table: Table) -> dict[str, str]:
    def field(column: str) -> str:
        return _attribute(table.columns[column])

    indexes = [f"models.Index(fields=[{field(c)!r}], name={name!r})" for name, c in table.indexes.items()]
    rules = [f"models.UniqueConstraint(fields=[{field(c)!r}], name={name!r})" for name, c in table.uniques.items()]
    rules += [
        f"models.CheckConstraint(condition=models.Q({c}__gte=0), name={name!r})" for name, c in table.checks.items()
    ]
    found = {"db_table": repr(table.name), "indexes": f"[{', '.join(indexes)}]", "constraints": f"[{', '.join(rules)}]"}
    return {name: value for name, value in found.items() if value != "[]"}


def _models(world: World, app: str) -> str:
    lines = [HEADING]
    for table in world.of_app(app):
        lines += ["", f"class {table.key}(models.Model):"]
        lines += [f"    {_attribute(column)} = {_field(world, column)}" for column in table.columns.values()]
        lines += ["", "    class Meta:", *(f"        {name} = {value}" for name, value in _options(table).items()), ""]
    return "\n".join(lines)


def _create(world: World, table: Table) -> str:
    fields = [f"({_attribute(column)!r}, {_field(world, column)})" for column in table.columns.values()]
    options = [f"{name!r}: {value}" for name, value in _options(table).items()]
    return f"migrations.CreateModel({table.key!r}, [{', '.join(fields)}], options={{{', '.join(options)}}})"


def _operation(world: World, change: Change) -> str:
    table, old, new, model = change.table, change.old, change.new, repr(change.table.key.lower())
    if change.kind == "create_table":
        return _create(world, table)
    if change.kind == "rename_table":
        return f"migrations.AlterModelTable({model}, {new!r})"
    if change.kind == "create_index":
        field = _attribute(table.columns[str(new)])
        return f"migrations.AddIndex({model}, models.Index(fields=[{field!r}], name={old!r}))"
    if change.kind == "drop_column":
        assert isinstance(old, Column)
        return f"migrations.RemoveField({model}, {old.name!r})"
    assert isinstance(new, Column)
    if change.kind == "rename_column":
        assert isinstance(old, Column)
        return f"migrations.RenameField({model}, {old.name!r}, {new.name!r})"
    kind = "AddField" if change.kind == "add_column" else "AlterField"
    return f"migrations.{kind}({model}, {new.name!r}, {_field(world, new)})"
