"""Reading the configuration: which file, which keys, and which of file, environment and command line has the word."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from minimig.config.apps import SINGLE_KEYS, read_apps, target_in
from minimig.config.databases import read_databases, refuse_twins, with_place
from minimig.config.settings import DEFAULT, DatabaseSettings, Settings, unknown_database
from minimig.config.tenants import read_tenants
from minimig.config.waits import WAITS, read_waits
from minimig.errors import ConfigError, NoConfigError, nearest
from minimig.toml import Section, read_toml, tool_table

OVERRIDABLE = ("url", "engine", "env", "version_table", "version_schema", "out_of_order")
POLICIES = ("allow", "warn", "error")
VARIABLES = {
    "env": "MINIMIG_ENV",
    "version_table": "MINIMIG_VERSION_TABLE",
    "out_of_order": "MINIMIG_OUT_OF_ORDER",
    **WAITS,
}
KEYS = (*OVERRIDABLE, *SINGLE_KEYS, *WAITS, "plugins", "post_write", "head_file", "apps", "databases", "tenants")


def load_settings(
    start: Path,
    *,
    file: Path | None = None,
    environ: Mapping[str, str],
    overrides: Mapping[str, str],
    database: str | None = None,
) -> Settings:
    """Read `file`, or the nearest configuration in `start` and the folders above it.

    For the database the first of these that names one wins: `overrides`, MINIMIG_URL, the file, DATABASE_URL. Where
    several are configured, the settings are those of `database`; without it, of all, and none of them is meant.
    Raises ConfigError for a missing, contradictory or misspelled configuration, TargetError for an unknown database.
    """
    start = start.resolve()
    source, values = find_config(start) if file is None else _read_named(start / file)
    return settings_from(values, source, environ=environ, overrides=overrides, database=database)


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
                code="MM109",
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
    values: Mapping[str, Any],
    source: Path,
    *,
    environ: Mapping[str, str],
    overrides: Mapping[str, str],
    database: str | None = None,
) -> Settings:
    """Check the keys and types of `values`, read from `source`, and fold environment and overrides in."""
    section = Section(values, f"{source}, [tool.minimig]" if source.name == "pyproject.toml" else str(source), environ)
    section.check_keys(KEYS)
    from_file = {key: text for key in OVERRIDABLE if (text := section.raw(key)) is not None}
    given = Section({**from_file, **overrides}, section.where, environ)
    chosen = {key: _chosen(key, given, overrides) for key in OVERRIDABLE}
    root = source.parent
    origins = {
        **dict.fromkeys([*from_file, *(key for key in WAITS if key in section.values)], "file"),
        **{key: name for key, name in VARIABLES.items() if environ.get(name)},
        **dict.fromkeys(overrides, "command line"),
    }
    settings = Settings(
        root=root,
        source=source,
        apps=MappingProxyType(read_apps(section, root)),
        origins=MappingProxyType(origins),
        version_table=chosen["version_table"].text("version_table") or Settings.version_table,
        version_schema=chosen["version_schema"].text("version_schema"),
        env=chosen["env"].text("env"),
        plugins=_plugins(section),
        post_write=_commands(section),
        out_of_order=_policy(chosen["out_of_order"]),
        head_file=section.flag("head_file"),
        **read_waits(section),
        x=MappingProxyType({key.removeprefix("x."): text for key, text in overrides.items() if key not in OVERRIDABLE}),
        environ=MappingProxyType(dict(environ)),
    )
    return _with_databases(settings, section, from_file, overrides, database)


def _chosen(key: str, section: Section, overrides: Mapping[str, str]) -> Section:
    """The section to read a key from: its variable, where that is set and nothing beats it, else what is given."""
    name = VARIABLES.get(key)
    if name is None or key in overrides or not section.environ.get(name):
        return section
    if not section.environ[name].strip():
        raise ConfigError("there is nothing but spaces in it", where=f"the variable {name}", hint="set it, or unset it")
    # Named, not copied: its text is filled in once and never searched for placeholders.
    return Section({key: f"${{{name}}}"}, f"the variable {name}", section.environ)


def _with_databases(
    settings: Settings,
    section: Section,
    from_file: Mapping[str, str],
    overrides: Mapping[str, str],
    wanted: str | None,
) -> Settings:
    """The settings with their databases and tenants: of the wanted database, of the only one, or of all."""
    tenants = read_tenants(section, settings.apps)
    taken = tenants.apps if tenants is not None and "apps" in section.below("tenants").values else ()
    many = bool(section.table("databases"))
    urls = ({}, from_file) if many else (overrides, from_file)
    url, engine_name, named_in = _database(section, *urls, variables=not many)
    named = {key: named_in for key, text in (("url", url), ("engine", engine_name)) if text is not None}
    settings = replace(settings, origins=MappingProxyType({**settings.origins, **named}))
    default = DatabaseSettings(
        DEFAULT,
        *(url, engine_name),
        apps=(),
        version_table=settings.version_table,
        version_schema=settings.version_schema,
    )
    if default.engine is not None:
        engine = Section({"engine": default.engine}, section.where, section.environ).text("engine")
        default = replace(default, engine=target_in(engine or "", "engine", section.where))
    found = read_databases(section, default, settings.apps, taken)
    if many:
        found = with_place(found, overrides, section.environ, wanted)
        refuse_twins(found, section.environ, section.where)
    elif not found:
        rest = tuple(app for app in settings.apps if app not in taken)
        found = {DEFAULT: replace(default, apps=rest)}
    settings = replace(settings, databases=MappingProxyType(found), tenants=tenants)
    if tenants is not None and tenants.database not in found:
        raise unknown_database(tenants.database, found).at(section.below("tenants").where)
    if wanted is None and (len(found) > 1 or taken):  # files and models are those of all apps, the tenants' too
        return replace(settings, database=None)
    return settings.for_database(wanted or next(iter(found)))


def _database(
    section: Section, overrides: Mapping[str, str], from_file: Mapping[str, str], *, variables: bool
) -> tuple[str | None, str | None, str]:
    """(url, engine, where) of the first source that names either; at most one of them is set."""
    names = [name for name in ("MINIMIG_URL", "DATABASE_URL") if variables and section.environ.get(name)]
    named = {name: {"url": f"${{{name}}}"} for name in names}
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


def _read_named(path: Path) -> tuple[Path, Mapping[str, Any]]:
    path = path.resolve()
    if path.name != "pyproject.toml":
        return path, read_toml(path)
    values = tool_table(path)
    if values is None:
        raise ConfigError("there is no [tool.minimig] in this file", where=str(path), hint="run `minimig init`")
    return path, values
