"""Who the tenants are: from the configuration, from a query, or from the project's own code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa

from minimig.commands.awaiting import on_its_loop
from minimig.commands.project import Project
from minimig.config.settings import Settings, TenantSettings, no_tenants
from minimig.environment import load_environment
from minimig.errors import ConfigError, MinimigError, TargetError, UnsupportedError, nearest
from minimig.targets import guarded, import_path, resolve
from minimig.toml import expand
from minimig.urls import mask_url

IN_A_URL = re.compile(r"\w[\w.-]*", re.ASCII)
LONGEST_SCHEMA = 63
"""Bytes of a name of PostgreSQL's."""


@dataclass(frozen=True)
class Tenant:
    """One tenant: a database of its own at `url`, or else a schema of this name in the tenants' database."""

    name: str
    url: str | None = field(default=None, repr=False)

    @property
    def schema(self) -> str | None:
        """The tenant's schema, None when it has a database."""
        return self.name if self.url is None else None


def project_of_tenants(settings: Settings) -> Project:
    """The project as the tenants have it: their apps, and the database that their schemas or their list are in."""
    return Project(load_environment(settings.of_tenants()))


def tenants_of(project: Project, wanted: Collection[str] = ()) -> tuple[Tenant, ...]:
    """The tenants, in the order of their source; of them only the `wanted` ones, where some are.

    `project` is theirs (`project_of_tenants`): the query runs in its database, and nothing that it does is kept.
    Raises ConfigError for what is no list of names, DatabaseError for a query that fails, TargetError for a wanted one
    that there is not.
    """
    tenants = _configured(project.settings)
    if tenants.url is None and tenants.source is None and project.engine.dialect.name != "postgresql":
        raise _no_schemas(project)
    where = f"{project.settings.source or 'the configuration'}, tenants"
    found = tuple(_tenant(item, project.settings, tenants, where) for item in _items(project, tenants, where))
    if any(tenant.schema is not None for tenant in found) and project.engine.dialect.name != "postgresql":
        raise _no_schemas(project)
    names = [tenant.name for tenant in found]
    twin = next((name for number, name in enumerate(names) if name in names[:number]), None) if _twins(names) else None
    if twin is not None:
        raise ConfigError(f"the tenant {twin} is named twice", where=where, hint="name it once")
    for name in wanted:
        if name not in names:
            some = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
            raise TargetError(
                f"there is no tenant {name!r}",
                where=where,
                hint=nearest(name, names) or f"the tenants are: {some or 'none'}",
            )
    return tuple(tenant for tenant in found if not wanted or tenant.name in wanted)


def _configured(settings: Settings) -> TenantSettings:
    if settings.tenants is None:
        raise no_tenants(settings)
    return settings.tenants


def _twins(names: Sequence[str]) -> bool:
    return len(set(names)) < len(names)


def _no_schemas(project: Project) -> UnsupportedError:
    kind = project.engine.dialect.name
    return UnsupportedError(
        f"tenants that are schemas are for PostgreSQL, and {project.database_name} is {kind}",
        hint='give each a database: names = [...] and url = ".../{tenant}"',
    )


def _items(project: Project, tenants: TenantSettings, where: str) -> Iterable[Any]:
    if tenants.query is not None:
        return _asked(project, tenants.query, where)
    if tenants.source is not None:
        return _called(project, tenants.source)
    return tenants.names


@on_its_loop
def _asked(project: Project, query: str, where: str) -> Sequence[Any]:
    """The first column of what the query gives. On some databases a statement that changes something would stay."""
    if query.strip().lstrip("(").split(None, 1)[0].lower() not in ("select", "with", "values", "table"):
        raise ConfigError("`query` is no SELECT", where=where, hint='query = "SELECT name FROM ..."')
    try:
        with project.connect() as connection:
            try:
                return connection.execute(sa.text(query)).scalars().all()
            finally:
                connection.rollback()
    except MinimigError as error:
        raise error.at(where) from error
    except sa.exc.SQLAlchemyError as error:
        raise ConfigError(
            f"`query` gives no names: {' '.join(str(error).split())}",
            where=where,
            hint='query = "SELECT name FROM ..."',
        ) from error


def _called(project: Project, source: str) -> Sequence[Any]:
    """What the project's own list, or function, gives, to its end."""
    root = project.settings.root

    def read() -> Any:
        value = resolve(source, root, ConfigError)
        given = value() if callable(value) else value
        return given if isinstance(given, str) or not isinstance(given, Iterable) else list(given)

    with import_path(root):
        given = guarded(read, f"{source}: the list of tenants failed", root, ConfigError)
    if not isinstance(given, list):
        raise ConfigError(
            f"{source} gives {type(given).__name__}, not a list of tenants",
            where="`list` of the tenants in the configuration",
            hint="name a list, or a function without arguments that returns or yields names",
        )
    return given


def _tenant(item: Any, settings: Settings, tenants: TenantSettings, where: str) -> Tenant:
    """A tenant out of a name, a URL, or a pair of both."""
    name, url = item if isinstance(item, tuple) and len(item) == 2 else (item, None)
    if not isinstance(name, str) or not name.strip() or not (url is None or isinstance(url, str)):
        raise ConfigError(
            f"{mask_url(repr(item))} is no tenant",
            where=where,
            hint="each is a name, a URL, or a pair of a name and a URL",
        )
    if url is None and "://" in name:
        name, url = PurePosixPath(name.partition("://")[2].partition("?")[0]).stem, name
    if url is not None:
        return Tenant(name, settings.usable(url))
    if tenants.url is None:
        _check_schema(name, where)
        return Tenant(name)
    if not IN_A_URL.fullmatch(name):
        raise ConfigError(
            f"the tenant {name!r} cannot stand in a URL",
            where=where,
            hint="letters, digits and _ . - are safe there; for others give pairs of a name and a URL",
        )
    return Tenant(
        name, settings.usable(expand(tenants.url, "url", settings.environ, where=where).replace("{tenant}", name))
    )


def _check_schema(name: str, where: str) -> None:
    if len(name.encode()) > LONGEST_SCHEMA or "\0" in name or name.startswith("pg_") or name == "information_schema":
        raise ConfigError(
            f"{name!r} cannot be the schema of a tenant", where=where, hint="give the tenant another name"
        )
