"""A project of any size: models in one module, and a history of revisions that leads to them.

In go the number of tables and of revisions; out comes a folder with `pyproject.toml`, `shop.py` and `migrations/`. The
first revision creates all tables, each later one makes one small change: a column added, an index, a wider type, a
column renamed. Every table has nine to thirteen columns, foreign keys to two others, an index, a unique constraint and
defaults; two of five tables have a state, an enum that two tables share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

CONFIG = '[tool.minimig]\nurl = "{url}"\nmetadata = "shop:metadata"\nmigrations = "migrations"\n'
HEADING = "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n"
FILE = """\"\"\"{doc}\"\"\"

import sqlalchemy as sa

from minimig import ops

dependencies = {dependencies}

up = [
{up}
]
"""
STRIDE = 7919  # a prime: neighbours in time are no neighbours in the list of tables


@dataclass
class Table:
    """One table as source: arguments of `sa.Table` by name, so that a change can replace one."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    label: str = "label"
    """What its column for labels is called at the time."""

    def arguments(self) -> str:
        return ",\n    ".join([repr(self.name), *self.columns.values(), *self.others])


def write_project(folder: Path, tables: int, revisions: int, *, url: str = "sqlite:///shop.db") -> None:
    """Write the project; with no revisions, the folder of migrations stays empty."""
    made = [_table(number, tables) for number in range(tables)]
    (folder / "migrations").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(CONFIG.format(url=url))
    if revisions:
        up = [f"    ops.CreateTable(\n    {table.arguments()},\n    )," for table in made]
        _write_revision(folder, 1, "Create all tables.", "\n".join(up))
    for number in range(2, revisions + 1):
        operation = _change(made[number * STRIDE % tables], number)
        _write_revision(folder, number, "Change one table.", f"    {operation},")
    write_models(folder, made)


def write_models(folder: Path, tables: list[Table]) -> None:
    """Write the models of these tables, as a user would: one Table after the other."""
    calls = [f"{table.name} = sa.Table(\n    {table.arguments()},\n)" for table in tables]
    named = [
        call.replace(f"    {t.name!r},", f"    {t.name!r}, metadata,", 1) for call, t in zip(calls, tables, strict=True)
    ]
    (folder / "shop.py").write_text("\n".join([HEADING, *named]) + "\n")


def add_a_column(folder: Path) -> None:
    """One difference between models and files."""
    with (folder / "shop.py").open("a") as file:
        file.write('metadata.tables["t_0000"].append_column(sa.Column("fresh", sa.String(20)))\n')


def change_every_table(folder: Path) -> None:
    """One difference in each table."""
    with (folder / "shop.py").open("a") as file:
        file.write('for table in metadata.tables.values():\n    table.append_column(sa.Column("fresh", sa.Integer))\n')


def _table(number: int, count: int) -> Table:
    name = f"t_{number:04}"
    table = Table(name)
    table.columns["id"] = 'sa.Column("id", sa.Integer, primary_key=True)'
    for side, target in (("owner", number // 2), ("parent", max(0, number - STRIDE % 89))):
        key = f'sa.ForeignKey("t_{target:04}.id", name="fk_{name}_{side}")'
        table.columns[f"{side}_id"] = f'sa.Column("{side}_id", sa.Integer, {key})'
    table.columns["slug"] = 'sa.Column("slug", sa.String(80), nullable=False)'
    table.columns["title"] = 'sa.Column("title", sa.String(200), nullable=False, server_default="")'
    table.columns["note"] = 'sa.Column("note", sa.String(100))'
    table.columns["made_at"] = 'sa.Column("made_at", sa.DateTime, server_default=sa.func.now(), nullable=False)'
    table.columns["price"] = 'sa.Column("price", sa.Numeric(10, 2), nullable=False, server_default=sa.text("0"))'
    table.columns["label"] = 'sa.Column("label", sa.String(40))'
    for more in range(number % 4):
        table.columns[f"more_{more}"] = f'sa.Column("more_{more}", sa.Boolean)'
    if number % 5 < 2:
        enum = f'sa.Enum("draft", "live", "gone", name="state_{number // 5:04}")'
        table.columns["state"] = f'sa.Column("state", {enum}, nullable=False, server_default="draft")'
    table.others.append(f'sa.UniqueConstraint("slug", name="uq_{name}_slug")')
    table.others.append(f'sa.Index("ix_{name}_made_at", "made_at")')
    return table


def _change(table: Table, number: int) -> str:
    """Change a table, and give the operation that does so."""
    kind, name = number % 4, table.name
    if kind == 1:
        table.others.append(f'sa.Index("ix_{name}_{number}", "title", "made_at")')
        return f'ops.CreateIndex("ix_{name}_{number}", "{name}", ["title", "made_at"])'
    if kind == 2:
        table.columns["note"] = f'sa.Column("note", sa.String({100 + number}))'
        return f'ops.AlterColumn("{name}", "note", type=sa.String({100 + number}))'
    if kind == 3:
        old, table.label = table.label, f"label_{number}"
        table.columns[table.label] = table.columns.pop(old).replace(old, table.label)
        return f'ops.RenameColumn("{name}", "{old}", "{table.label}")'
    table.columns[f"extra_{number}"] = column = f'sa.Column("extra_{number}", sa.String(40))'
    return f'ops.AddColumn("{name}", {column})'


def _write_revision(folder: Path, number: int, doc: str, up: str) -> None:
    before = [f"shop.{number - 1:04}_step"] if number > 1 else []
    text = FILE.format(doc=doc, dependencies=before, up=up)
    (folder / "migrations" / f"{number:04}_step.py").write_text(text)
