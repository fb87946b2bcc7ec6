"""A world in the words of SQLAlchemy, which minimig and Alembic both speak: columns, constraints, models."""

from __future__ import annotations

from collections.abc import Mapping

from .world import NOW, Column, Table, World

TYPES = {
    "int": "sa.Integer()",
    "bigint": "sa.BigInteger()",
    "text": "sa.Text()",
    "bool": "sa.Boolean()",
    "timestamp": "sa.DateTime(timezone=True)",
    "date": "sa.Date()",
    "float": "sa.Float()",
    "numeric": "sa.Numeric(12, 2)",
}


def type_source(column: Column, table: Table) -> str:
    """The column's type."""
    if column.kind == "varchar":
        return f"sa.String({column.size})"
    if column.kind == "enum":
        return f"sa.Enum({', '.join(map(repr, column.labels))}, name={f'{table.name}_state'!r})"
    return TYPES[column.kind]


def default_source(column: Column) -> str:
    """The column's server default."""
    default = column.default
    if isinstance(default, bool):
        return f"sa.{str(default).lower()}()"
    if default == NOW and column.kind == "timestamp":
        return 'sa.text("CURRENT_TIMESTAMP")'
    return f'sa.text("{default}")' if isinstance(default, int) else repr(default)


def column_source(column: Column, table: Table) -> str:
    """The column as `sa.Column`; its foreign key is a constraint of the table."""
    words = [repr(column.name), type_source(column, table)]
    words += ["primary_key=True"] if column.primary_key else []
    words += [] if column.default is None else [f"server_default={default_source(column)}"]
    words += [] if column.nullable else ["nullable=False"]
    return f"sa.Column({', '.join(words)})"


def constraint_sources(table: Table, names: Mapping[str, str]) -> list[str]:
    """The table's constraints; `names` are what tables are called at the time, by their keys."""
    found = [
        f"sa.ForeignKeyConstraint([{c.name!r}], [{names[c.refers or ''] + '.id'!r}], name={name!r})"
        for name, c in table.foreign_keys().items()
    ]
    found += [f"sa.UniqueConstraint({column!r}, name={name!r})" for name, column in table.uniques.items()]
    return found + [f"sa.CheckConstraint({column + ' >= 0'!r}, name={name!r})" for name, column in table.checks.items()]


def arguments(table: Table, names: Mapping[str, str]) -> list[str]:
    """What `sa.Table` takes behind the name and the metadata, without indexes."""
    return [*(column_source(c, table) for c in table.columns.values()), *constraint_sources(table, names)]


def index_sources(table: Table) -> list[str]:
    """The table's indexes as `sa.Index`."""
    return [f"sa.Index({name!r}, {column!r})" for name, column in table.indexes.items()]


def models_source(world: World) -> str:
    """A module of models, one table after the other, as a person writes them."""
    lines = ["import sqlalchemy as sa", "", "metadata = sa.MetaData()", ""]
    names = world.names()
    for table in world.tables.values():
        items = [repr(table.name), "metadata", *arguments(table, names), *index_sources(table)]
        lines += [f"{table.key} = sa.Table(", *(f"    {item}," for item in items), ")", ""]
    return "\n".join(lines)
