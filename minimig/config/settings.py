"""The values that a configuration becomes: apps, databases, tenants, and all of them together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from minimig.errors import ConfigError, TargetError, UsageError, nearest
from minimig.toml import expand
from minimig.urls import anchor_sqlite, choose_driver

DEFAULT = "default"
"""What the database of the top-level `url` or `engine` is called."""


@dataclass(frozen=True)
class AppSettings:
    """One app: where its models and its revision files are, and which tables of a shared MetaData it owns."""

    label: str
    metadata: tuple[str, ...]
    migrations: Path
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatabaseSettings:
    """One of the databases, and the apps that live there. As in `Settings`, `url` is kept as written."""

    name: str
    url: str | None = field(repr=False)
    engine: str | None
    apps: tuple[str, ...]
    version_table: str = "minimig_version"
    version_schema: str | None = None
    origin: str | None = None
    """Who has put it elsewhere than the file says: the command line, or a variable."""


@dataclass(frozen=True)
class TenantSettings:
    """Where the tenants are: databases of their own with a `url` that holds `{tenant}`, else schemas of `database`.

    Their names come from `names`, from a `query` on `database`, or from the object that `source` names. `apps` are
    those whose tables each tenant has. `shared_schemas` are looked in after the tenant's own.
    """

    apps: tuple[str, ...]
    names: tuple[str, ...] = ()
    query: str | None = None
    source: str | None = None
    url: str | None = field(default=None, repr=False)
    database: str = DEFAULT
    create_schemas: bool = False
    shared_schemas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """All that a project configures as data.

    `url` is kept as written, placeholders and all: its variable may be missing while no command needs a
    database, and a printed Settings must not hold a password. `x` holds the `-x` values and `tag` the `--tag` of
    the command line, which mean what the project's own code makes of them. `origins` says where the values come
    from that several places can set; what it leaves out is the default.

    `database` names the database that this is about. Where there are several, or some apps are the tenants' alone, it
    is None until `for_database` chooses one, and then `apps` are those that live there, `elsewhere` the others.
    `tenant` names the tenant that it is about, if it is.
    """

    root: Path
    source: Path | None = None
    url: str | None = field(default=None, repr=False)
    engine: str | None = None
    apps: Mapping[str, AppSettings] = field(default_factory=dict)
    version_table: str = "minimig_version"
    version_schema: str | None = None
    env: str | None = None
    plugins: tuple[str, ...] = ()
    post_write: tuple[str, ...] = ()
    out_of_order: str = "warn"
    head_file: bool = False
    lock_timeout: float = 60.0
    ddl_lock_timeout: float = 5.0
    statement_timeout: float | None = None
    attempts: int = 5
    x: Mapping[str, str] = field(default_factory=dict, repr=False)
    tag: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    database: str | None = DEFAULT
    databases: Mapping[str, DatabaseSettings] = field(default_factory=dict)
    elsewhere: Mapping[str, AppSettings] = field(default_factory=dict)
    tenants: TenantSettings | None = None
    tenant: str | None = None

    @property
    def all_apps(self) -> Mapping[str, AppSettings]:
        """The apps of all databases."""
        return {**self.apps, **self.elsewhere} if self.elsewhere else self.apps

    @property
    def configures_database(self) -> bool:
        """Whether it is known which database is meant."""
        return self.url is not None or self.engine is not None

    @property
    def apps_of_tenants(self) -> tuple[str, ...]:
        """The apps that live with the tenants and in no database."""
        found = () if self.tenants is None else self.tenants.apps
        return tuple(app for app in found if not any(app in each.apps for each in self.databases.values()))

    @property
    def names_of_databases(self) -> tuple[str, ...]:
        """The databases that this is about: the chosen one, or all."""
        return (self.database,) if self.database is not None else tuple(self.databases)

    def database_url(self) -> str:
        """The URL for SQLAlchemy: placeholders filled, a driver chosen, a relative SQLite path under `root`.

        Raises ConfigError and UsageError as `written_url` does.
        """
        return self.usable(self.written_url())

    def written_url(self) -> str:
        """The URL as it is written, placeholders filled.

        Raises ConfigError when no URL is configured or a variable that it names is not set, UsageError when it is open
        which database is meant.
        """
        self.require_database()
        where = str(self.source) if self.source else None
        if self.url is None:
            raise ConfigError(
                "no database is configured",
                where=where,
                hint="set url in the configuration, or the variable MINIMIG_URL or DATABASE_URL"
                if self.tenants is None
                else "for the tenants: minimig migrate --tenants, showmigrations --tenants, check --models; "
                "for another database set url in the configuration, or MINIMIG_URL",
                code="MM105",
            )
        key = "url" if self.database == DEFAULT else f"url of {self.database}"
        return expand(self.url, key, self.environ, where=where)

    def require_database(self) -> None:
        """Raise UsageError when it is open which of several databases is meant."""
        if self.database is None:
            first, *more = self.databases
            one = "say which one: --database NAME" if more else f"for the database: --database {first}"
            several = f"there are {len(self.databases)} databases: {', '.join(self.databases)}"
            raise UsageError(
                several if more else f"there is the database {first}, and there are the tenants",
                where=str(self.source) if self.source else None,
                hint=f"{one}, or name= of open_project",
                code="MM211",
            )

    def usable(self, url: str) -> str:
        """A URL whose placeholders are filled, as SQLAlchemy takes it. Raises ConfigError when nothing is left."""
        if not url:
            raise ConfigError("the url of the database is empty", where=str(self.source) if self.source else None)
        return anchor_sqlite(choose_driver(url), self.root)

    def for_database(self, name: str) -> Settings:
        """What holds for one of the databases. Raises TargetError when there is none of this name."""
        if name == self.database and name not in self.databases:
            return self
        found = self.databases.get(name)
        if found is None:
            raise unknown_database(name, tuple(self.databases) or (DEFAULT,))
        moved = {} if found.origin is None else {"url": found.origin}
        return replace(
            self.living(found.apps),
            origins=MappingProxyType({**self.origins, **moved}),
            url=found.url,
            engine=found.engine,
            database=name,
            version_table=found.version_table,
            version_schema=found.version_schema,
        )

    def of_tenants(self) -> Settings:
        """What holds for all tenants: their apps, and the database that their schemas or the list of them are in.

        Raises ConfigError where no tenants are configured.
        """
        if self.tenants is None:
            raise no_tenants(self)
        return self.for_database(self.tenants.database).living(self.tenants.apps)

    def for_tenant(self, name: str, url: str | None) -> Settings:
        """What holds for one of these: a database at `url`, else the schema of its name."""
        here = replace(self, tenant=name)
        return replace(here, version_schema=name) if url is None else replace(here, url=url, engine=None)

    def living(self, apps: tuple[str, ...]) -> Settings:
        """The same with these apps; the others live elsewhere."""
        every = self.all_apps
        here = MappingProxyType({label: app for label, app in every.items() if label in apps})
        return replace(self, apps=here, elsewhere={label: app for label, app in every.items() if label not in apps})


def unknown_database(name: str, known: Collection[str]) -> TargetError:
    """The error for a word that should name a database."""
    hint = nearest(name, known) or f"the databases are: {', '.join(known)}"
    return TargetError(f"there is no database {name!r}", hint=hint)


def no_tenants(settings: Settings) -> ConfigError:
    """The error of a command that wants tenants where there are none."""
    return ConfigError(
        "no tenants are configured",
        where=str(settings.source) if settings.source else None,
        hint='add a table [tool.minimig.tenants] with, for example, schemas = ["a", "b"]',
    )
