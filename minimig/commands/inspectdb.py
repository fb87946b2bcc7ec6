"""`inspectdb`: models written from a live database.

In goes a project's database, out comes Python source. SQLAlchemy reflects the tables and sqlacodegen, an optional
package, writes them; here is decided only what is reflected and how exactly it is written. Django has a writer of its
own for this, Alembic leaves it to the user.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.mock import MockConnection

from minimig.commands.awaiting import on_its_loop
from minimig.commands.project import Project
from minimig.dialects.registry import reader_for
from minimig.errors import ConfigError, MinimigError, TargetError, nearest
from minimig.state.tables import table_key
from minimig.state.to_metadata import escape_colons

GENERATORS = ("declarative", "tables", "dataclasses", "sqlmodels")
OPTIONS = ("keep_dialect_types", "include_dialect_options", "nosyntheticenums")
"""What the database says, as it says it: its own types, the options of tables, CHECKs as CHECKs."""

INSTALL = "pip install 'minimig[inspect]'"


@dataclass(frozen=True)
class Inspection:
    """What to write: `tables` by name, or all of the `schemas` (None is the default one); `views` as tables too."""

    tables: tuple[str, ...] = ()
    schemas: tuple[str | None, ...] = (None,)
    generator: str = "declarative"
    views: bool = False


@dataclass(frozen=True)
class Written:
    """The source of models, and in words what of the database they do not say."""

    source: str
    left_out: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"source": self.source, "left_out": list(self.left_out)}


@on_its_loop
def inspect_database(project: Project, wanted: Inspection) -> Written:
    """Python source of models for the tables of the project's database.

    The version table of minimig and tables that belong to an extension are left out. A table that one of `tables`
    points to comes along. Raises ConfigError without sqlacodegen, TargetError for a table or schema that is not there.
    """
    make = _generator(wanted.generator)
    with project.connect() as connection:
        metadata = sa.MetaData()
        inspector = sa.inspect(connection)
        names = {schema: _names(project, connection, inspector, schema, wanted) for schema in wanted.schemas}
        _check_tables(wanted, names)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", sa.exc.SAWarning)
            for schema, found in names.items():
                chosen = [name for name in found if not wanted.tables or name in wanted.tables]
                if chosen:
                    metadata.reflect(connection, schema, views=wanted.views, only=chosen)
        left_out = [str(warning.message) for warning in caught]
        for table in metadata.tables.values():
            left_out += _made_writable(table)
        return Written(_generated(make, metadata, connection.dialect), tuple(left_out))


def _generator(name: str) -> Any:
    """The class of sqlacodegen that writes models in one style."""
    found = {point.name: point for point in entry_points(group="sqlacodegen.generators")}
    if name not in found:
        raise ConfigError("inspectdb needs the package sqlacodegen, which is not installed", hint=INSTALL)
    try:
        return found[name].load()
    except ImportError as error:
        raise ConfigError(f"sqlacodegen cannot be loaded: {error}", hint=INSTALL) from error


def _made_writable(table: sa.Table) -> list[str]:
    """Say what sqlacodegen would write wrongly as it can write it; what it cannot write goes, and is told."""
    left_out = []
    for name in [name for name in table.dialect_kwargs if " " in name]:  # `mysql_default charset` is no argument
        value = table.dialect_kwargs[name]
        del table.dialect_kwargs[name]
        table.dialect_kwargs[name.replace(" ", "_")] = value
    for column in table.columns:
        default: Any = column.server_default
        if isinstance(default, sa.DefaultClause) and isinstance(default.arg, sa.TextClause):
            default.arg = sa.text(escape_colons(default.arg.text))
        elif isinstance(default, sa.Computed) and isinstance(default.sqltext, sa.TextClause):
            default.sqltext = _compiled_later(default.sqltext)
    for constraint in table.constraints:
        if isinstance(constraint, sa.CheckConstraint) and isinstance(constraint.sqltext, sa.TextClause):
            constraint.sqltext = _compiled_later(constraint.sqltext)
        elif isinstance(constraint, sa.UniqueConstraint):
            left_out += [f"{name} of {constraint.name}" for name in _unwritten(constraint)]
    left_out += _unwritable_indexes(table)
    return [f"table {table.fullname}: {words}" for words in left_out]


def _unwritable_indexes(table: sa.Table) -> list[str]:
    """Take away the indexes that sqlacodegen cannot write; those that nobody makes by itself are told."""
    left_out = []
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        if index.name in {key.name for key in table.foreign_key_constraints}:
            table.indexes.remove(index)  # MySQL and MariaDB make it for the key by themselves
            continue
        plain = index.expressions and all(isinstance(each, sa.Column) for each in index.expressions)
        conditions = [value for name, value in index.dialect_kwargs.items() if name.endswith("_where")]
        if not plain or any(value is not None for value in conditions):
            table.indexes.remove(index)
            left_out.append(f"index {index.name}, which has more than columns: an expression, an order, or a condition")
    return left_out


def _compiled_later(text: sa.TextClause) -> sa.TextClause:
    """SQL text that still reads back after sqlacodegen compiled it: one backslash goes on that way."""
    return sa.text(escape_colons(escape_colons(text.text)))


def _unwritten(constraint: sa.UniqueConstraint) -> Iterator[str]:
    given = {"deferrable": constraint.deferrable, "initially": constraint.initially, **constraint.dialect_kwargs}
    yield from (name for name, value in given.items() if value)


def _generated(make: Any, metadata: sa.MetaData, dialect: sa.Dialect) -> str:
    if not metadata.tables:
        raise TargetError("there is no table to write", hint="name another database (--url) or schema (--schema)")
    options = [option for option in OPTIONS if option in make.valid_options]
    try:
        text: str = make(metadata, _spelling(dialect), options).generate()
    except Exception as error:
        raise MinimigError(
            f"sqlacodegen cannot write these models: {type(error).__name__}: {error}",
            hint="try another --generator, or name the tables to find the one that it stumbles over",
        ) from error
    return text


def _spelling(dialect: Any) -> MockConnection:
    """What sqlacodegen may compile with: the same dialect, in a style that leaves percent signs alone."""
    spelling: Any = type(dialect)(paramstyle="named")
    spelling.server_version_info = dialect.server_version_info
    if hasattr(dialect, "is_mariadb"):
        spelling.is_mariadb = dialect.is_mariadb
    return MockConnection(spelling, lambda *_, **__: None)


def _names(
    project: Project, connection: sa.Connection, inspector: sa.Inspector, schema: str | None, wanted: Inspection
) -> list[str]:
    """The tables of a schema that may be written, and its views where they are wanted."""
    if schema is not None and schema not in (known := inspector.get_schema_names()):
        hint = nearest(schema, known) or f"its schemas are {', '.join(known)}"
        raise TargetError(f"the database has no schema {schema!r}", hint=hint)
    names = [*inspector.get_table_names(schema), *(inspector.get_view_names(schema) if wanted.views else ())]
    hidden = reader_for(connection.dialect).extension_tables(connection, schema)
    ours = (name for name in names if project.recorder.owns(table_key(name, schema)))
    return sorted({*names}.difference(hidden, ours))


def _check_tables(wanted: Inspection, names: dict[str | None, list[str]]) -> None:
    known: Collection[str] = {name for found in names.values() for name in found}
    for name in wanted.tables:
        if name not in known:
            hint = nearest(name, known) or "views are listed with --views, other schemas with --schema"
            raise TargetError(f"the database has no table {name!r}", hint=hint)
