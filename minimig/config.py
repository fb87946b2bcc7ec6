"""Settings: what a project writes in `[tool.minimig]`, read into one frozen value.

In come a folder to search upwards from, the environment variables and the command line's `-x key=value`;
out comes `Settings`. Nothing is imported from the project and no database is touched, so that `--help`,
`history` and completion stay fast; what needs SQLAlchemy is in `environment`.

Django's settings are a Python module and Alembic's an ini file beside a script that runs on every command.
Here the data is TOML, checked key by key, and code is asked for only where data cannot say it
(`env = "migrations/env.py"`).
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from minimig.errors import ConfigError, NoConfigError, nearest
from minimig.locations import folder_at
from minimig.toml import Section, expand, read_toml, tool_table
from minimig.urls import anchor_sqlite, choose_driver, mask_url

__all__ = ["AppSettings", "Settings", "find_config", "load_settings", "mask_url", "settings_from"]

OVERRIDABLE = ("url", "engine", "env", "version_table", "version_schema", "out_of_order")
POLICIES = ("allow", "warn", "error")
APP_KEYS = ("metadata", "migrations", "tables")
SINGLE_KEYS = ("label", *APP_KEYS)
VARIABLES = {"env": "MINIMIG_ENV", "version_table": "MINIMIG_VERSION_TABLE", "out_of_order": "MINIMIG_OUT_OF_ORDER"}

TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class AppSettings:
    """One app: where its models and its revision files are, and which tables of a shared MetaData it owns."""

    label: str
    metadata: tuple[str, ...]
    migrations: Path
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """All that a project configures as data.

    `url` is kept as written, placeholders and all: its variable may be missing while no command needs a
    database, and a printed Settings must not hold a password. `x` holds the `-x` values and `tag` the `--tag` of
    the command line, which mean what the project's own code makes of them. `origins` says where the values come
    from that several places can set; what it leaves out is the default.
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
    x: Mapping[str, str] = field(default_factory=dict, repr=False)
    tag: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def database_url(self) -> str:
        """The URL for SQLAlchemy: placeholders filled, a driver chosen, a relative SQLite path under `root`.

        Raises ConfigError as `written_url` does.
        """
        return anchor_sqlite(choose_driver(self.written_url()), self.root)

    def written_url(self) -> str:
        """The URL as it is written, placeholders filled.

        Raises ConfigError when no URL is configured or a variable that it names is not set.
        """
        if self.url is None:
            raise ConfigError(
                "no database is configured",
                where=str(self.source) if self.source else None,
                hint="set url in the configuration, or the variable MINIMIG_URL or DATABASE_URL",
            )
        url = expand(self.url, "url", self.environ, where=str(self.source) if self.source else None)
        if not url:
            raise ConfigError("the url of the database is empty", where=str(self.source) if self.source else None)
        return url


def load_settings(
    start: Path, *, file: Path | None = None, environ: Mapping[str, str], overrides: Mapping[str, str]
) -> Settings:
    """Read `file`, or the nearest configuration in `start` and the folders above it.

    For the database the first of these that names one wins: `overrides`, MINIMIG_URL, the file, DATABASE_URL.
    Raises ConfigError for a missing, contradictory or misspelled configuration.
    """
    start = start.resolve()
    source, values = find_config(start) if file is None else _read_named(start / file)
    return settings_from(values, source, environ=environ, overrides=overrides)


def find_config(start: Path) -> tuple[Path, Mapping[str, Any]]:
    """The nearest file that configures minimig, from `start` upwards, and its keys.

    Raises ConfigError when there is none, when one folder holds two, or when a file cannot be parsed.
    """
    for folder in (start, *start.parents):
        own, project = folder / "minimig.toml", folder / "pyproject.toml"
        values = tool_table(project) if project.is_file() else None
        if own.is_file() and values is not None:
            raise ConfigError(
                "minimig is configured twice in one folder",
                where=f"{own} and [tool.minimig] in {project}",
                hint="keep one of the two",
            )
        if own.is_file():
            return own, read_toml(own)
        if values is not None:
            return project, values
    raise NoConfigError(
        "no configuration found",
        where=f"no [tool.minimig] in a pyproject.toml and no minimig.toml from {start} upwards",
        hint="run `minimig init`",
    )


def settings_from(
    values: Mapping[str, Any], source: Path, *, environ: Mapping[str, str], overrides: Mapping[str, str]
) -> Settings:
    """Check the keys and types of `values`, read from `source`, and fold environment and overrides in."""
    section = Section(values, f"{source}, [tool.minimig]" if source.name == "pyproject.toml" else str(source), environ)
    section.check_keys((*OVERRIDABLE, *SINGLE_KEYS, "plugins", "post_write", "head_file", "apps"))
    from_file = {key: text for key in OVERRIDABLE if (text := section.raw(key)) is not None}
    url, engine, named_in = _database(section, from_file, overrides)
    chosen = {
        key: _chosen(key, Section({**from_file, "engine": engine, **overrides}, section.where, environ), overrides)
        for key in OVERRIDABLE
    }
    variables = {key: name for key, name in VARIABLES.items() if environ.get(name)}
    root = source.parent
    origins = {
        **dict.fromkeys(from_file, "file"),
        **variables,
        **dict.fromkeys(overrides, "command line"),
        **{key: named_in for key, text in (("url", url), ("engine", engine)) if text is not None},
    }
    return Settings(
        root=root,
        source=source,
        origins=MappingProxyType(origins),
        url=url,
        engine=None if engine is None else _target(chosen["engine"].text("engine") or "", "engine", section.where),
        apps=MappingProxyType(_apps(section, root)),
        version_table=chosen["version_table"].text("version_table") or Settings.version_table,
        version_schema=chosen["version_schema"].text("version_schema"),
        env=chosen["env"].text("env"),
        plugins=_plugins(section),
        post_write=_commands(section),
        out_of_order=_policy(chosen["out_of_order"]),
        head_file=section.flag("head_file"),
        x=MappingProxyType({key.removeprefix("x."): text for key, text in overrides.items() if key not in OVERRIDABLE}),
        environ=MappingProxyType(dict(environ)),
    )


def _chosen(key: str, section: Section, overrides: Mapping[str, str]) -> Section:
    """The section to read a key from: its variable, where that is set and nothing beats it, else what is given."""
    name = VARIABLES.get(key)
    if name is None or key in overrides or not section.environ.get(name):
        return section
    if not section.environ[name].strip():
        raise ConfigError("there is nothing but spaces in it", where=f"the variable {name}", hint="set it, or unset it")
    # Named, not copied: its text is filled in once and never searched for placeholders.
    return Section({key: f"${{{name}}}"}, f"the variable {name}", section.environ)


def _database(
    section: Section, from_file: Mapping[str, str], overrides: Mapping[str, str]
) -> tuple[str | None, str | None, str]:
    """(url, engine, where) of the first source that names either; at most one of them is set."""
    named = {name: {"url": f"${{{name}}}"} for name in ("MINIMIG_URL", "DATABASE_URL") if section.environ.get(name)}
    for where, level in (
        ("command line", overrides),
        ("MINIMIG_URL", named.get("MINIMIG_URL", {})),
        ("file", from_file),
        ("DATABASE_URL", named.get("DATABASE_URL", {})),
    ):
        url, engine = level.get("url"), level.get("engine")
        if url is not None and engine is not None:
            raise ConfigError("both `url` and `engine` are set", where=section.where, hint="keep one of the two")
        if url is not None or engine is not None:
            return url, engine, where
    return None, None, ""


def _commands(section: Section) -> tuple[str, ...]:
    """The commands of `post_write`, each of which can be split into words."""
    commands = section.texts("post_write")
    for command in commands:
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise ConfigError(f"`post_write`: {command!r} is no command: {error}", where=section.where) from error
        if not words:
            raise ConfigError("`post_write` holds an empty command", where=section.where, hint="leave it out")
    return commands


def _policy(section: Section) -> str:
    """What happens when a revision comes late, behind one that is applied already."""
    word = section.text("out_of_order") or Settings.out_of_order
    if word not in POLICIES:
        raise ConfigError(
            f"`out_of_order` cannot be {word!r}",
            where=section.where,
            hint=nearest(word, POLICIES) or f"one of {', '.join(POLICIES)}",
        )
    return word


def _plugins(section: Section) -> tuple[str, ...]:
    names = section.texts("plugins")
    for number, name in enumerate(names):
        if name in names[:number]:
            raise ConfigError(f"the plugin {name} is named twice", where=section.where, hint="name it once")
    return names


def _apps(section: Section, root: Path) -> dict[str, AppSettings]:
    single = [key for key in SINGLE_KEYS if key in section.values]
    tables = section.table("apps")
    if single and tables:
        raise ConfigError(
            f"`{single[0]}` and [apps] cannot be set together",
            where=section.where,
            hint="a project has one history, or a table under `apps` for each",
        )
    if single:
        app = _app(section.text("label"), section, root)
        return {app.label: app}
    apps: dict[str, AppSettings] = {}
    for label in tables:
        # "[tool.minimig]" becomes "[tool.minimig.apps.blog]", a minimig.toml gets "[apps.blog]"
        place = f"{section.where[:-1]}." if section.where.endswith("]") else f"{section.where}, ["
        below = Section(Section(tables, section.where, {}).table(label), f"{place}apps.{label}]", section.environ)
        below.check_keys(APP_KEYS)
        apps[label] = _app(label, below, root)
    if not apps:
        raise ConfigError(
            "no app is configured: there is neither `metadata` with `migrations` nor a table under `apps`",
            where=section.where,
            hint="run `minimig init` in an empty folder to see what to write",
        )
    _check_folders(apps, section.where)
    return apps


def _app(label: str | None, section: Section, root: Path) -> AppSettings:
    metadata = tuple(_target(text, "metadata", section.where) for text in section.texts("metadata"))
    migrations = section.text("migrations")
    if not metadata or migrations is None:
        missing = "migrations" if metadata else "metadata"
        example = {"migrations": '"migrations"', "metadata": '"blog.models:Base"'}[missing]
        raise ConfigError(
            f"`{missing}` is missing", where=section.where, hint=f"add, for example, {missing} = {example}"
        )
    label = label or re.split("[.:]", metadata[0])[0]
    if not label.isidentifier():
        raise ConfigError(
            f"the label `{label}` is no identifier",
            where=section.where,
            hint="use letters, digits and underscores",
        )
    return AppSettings(label, metadata, folder_at(migrations, root, section.where), section.texts("tables"))


def _check_folders(apps: Mapping[str, AppSettings], where: str) -> None:
    owners: dict[str, str] = {}
    for app in apps.values():
        folder = os.path.normcase(app.migrations.resolve())
        if folder in owners:
            raise ConfigError(
                f"the apps {owners[folder]} and {app.label} share the migrations folder {app.migrations}",
                where=where,
                hint="give each app a folder of its own",
            )
        owners[folder] = app.label


def _target(text: str, key: str, where: str) -> str:
    if not TARGET.fullmatch(text):
        example = "blog.db:engine" if key == "engine" else "blog.models:Base"
        raise ConfigError(
            f"`{key}` must name an object in a module, not {text!r}",
            where=where,
            hint=f'for example "{example}"',
        )
    return text


def _read_named(path: Path) -> tuple[Path, Mapping[str, Any]]:
    path = path.resolve()
    if path.name != "pyproject.toml":
        return path, read_toml(path)
    values = tool_table(path)
    if values is None:
        raise ConfigError("there is no [tool.minimig] in this file", where=str(path), hint="run `minimig init`")
    return path, values
