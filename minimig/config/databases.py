"""The databases of a configuration, and which apps live in which.

A database that names no apps holds those that nobody names. So one that is set apart for `stats` takes that app
away from the others, and two that name nothing, such as a staging database and a live one, both hold everything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from minimig.config.apps import target_in
from minimig.config.settings import DEFAULT, DatabaseSettings, unknown_database
from minimig.errors import ConfigError, UsageError, nearest
from minimig.toml import Section, expand

KEYS = ("url", "engine", "apps", "version_table", "version_schema")
Place = tuple[str | None, str | None]
"""(url, engine), of which at most one is set."""
_NAME = re.compile(r"[A-Za-z][\w-]*", re.ASCII)


def read_databases(
    section: Section, default: DatabaseSettings, known: Collection[str], taken: Collection[str]
) -> dict[str, DatabaseSettings]:
    """The databases by name, that of the top-level `url` or `engine` first. Raises ConfigError.

    `default` tells that one, and what holds for all unless they say otherwise. `known` are all apps, `taken` those that
    live with tenants.
    """
    top = default.url is not None or default.engine is not None
    found = {DEFAULT: default} if top else {}
    routed: dict[str, tuple[str, ...] | None] = dict.fromkeys(found)
    for name in section.table("databases"):
        below = section.below("databases", name)
        _check_name(name, routed, below.where, top=top)
        below.check_keys(KEYS)
        found[name] = replace(_place(below, default), name=name)
        routed[name] = routed_apps(below, known) if "apps" in below.values else None
    named = {*taken, *(app for apps in routed.values() for app in apps or ())}
    rest = tuple(app for app in known if app not in named)
    found = {
        name: replace(each, apps=rest if routed[name] is None else _of(routed[name])) for name, each in found.items()
    }
    _check_homes(section, found.values(), known, taken)
    return found


def routed_apps(section: Section, known: Collection[str]) -> tuple[str, ...]:
    """The apps that a table names, each of which there is, in the order of the configuration. Raises ConfigError."""
    apps = section.texts("apps")
    for app in apps:
        if app not in known:
            raise ConfigError(
                f"`apps` names {app!r}, and there is no such app",
                where=section.where,
                hint=nearest(app, known) or f"the apps are: {', '.join(known)}",
            )
    if not apps:
        raise ConfigError("`apps` is empty", where=section.where, hint="leave it out for all that nobody names")
    return tuple(app for app in known if app in apps)


def with_place(
    found: Mapping[str, DatabaseSettings], given: Mapping[str, str], environ: Mapping[str, str], chosen: str | None
) -> dict[str, DatabaseSettings]:
    """The databases at the places that the command line (`given`) and variables put them.

    `MINIMIG_URL_<NAME>` is that of one database; `--url` and MINIMIG_URL are that of the chosen one, or of the
    only one, and MINIMIG_URL is else that of the default one. Raises UsageError where it is open which is meant.
    """
    moved = {name: _by_variable(each, environ) for name, each in found.items()}
    only = chosen or (next(iter(found)) if len(found) == 1 else None)
    if chosen is not None and chosen not in found:
        raise unknown_database(chosen, found)
    if given.get("url") is not None or given.get("engine") is not None:
        if only is None:
            raise UsageError(
                f"--url is one database, and there are {len(found)}: {', '.join(found)}",
                hint="say which of them it is: --database NAME",
            )
        moved[only] = replace(moved[only], url=given.get("url"), engine=given.get("engine"), origin="command line")
    elif environ.get("MINIMIG_URL"):
        name = DEFAULT if DEFAULT in found else only
        if name is None:
            raise UsageError(
                f"MINIMIG_URL is one database, and there are {len(found)}: {', '.join(found)}",
                hint=f"set {variable_of(next(iter(found)))} in its place, for example",
            )
        moved[name] = replace(moved[name], url="${MINIMIG_URL}", engine=None, origin="MINIMIG_URL")
    return moved


def refuse_twins(found: Mapping[str, DatabaseSettings], environ: Mapping[str, str], where: str) -> None:
    """Raise ConfigError for two databases that would write to one version table."""
    seen: dict[tuple[str, str, str | None], str] = {}
    for name, each in found.items():
        key = (_filled(each, environ), each.version_table, each.version_schema)
        first = seen.setdefault(key, name)
        if first != name:
            raise ConfigError(
                f"the databases {first} and {name} are the same one, with the same version table",
                where=where,
                hint="give each a url of its own, or a version_table",
            )


def variable_of(name: str) -> str:
    """The variable that holds the URL of a database."""
    return f"MINIMIG_URL_{name.upper().replace('-', '_')}"


def _by_variable(each: DatabaseSettings, environ: Mapping[str, str]) -> DatabaseSettings:
    variable = variable_of(each.name)
    return replace(each, url=f"${{{variable}}}", engine=None, origin=variable) if environ.get(variable) else each


def _place(below: Section, default: DatabaseSettings) -> DatabaseSettings:
    url, engine = below.raw("url"), below.text("engine")
    if url is not None and engine is not None:
        raise ConfigError("both `url` and `engine` are set", where=below.where, hint="keep one of the two")
    if url is None and engine is None:
        raise ConfigError("there is neither `url` nor `engine`", where=below.where, hint="add one of the two")
    return replace(
        default,
        url=url,
        engine=None if engine is None else target_in(engine, "engine", below.where),
        version_table=below.text("version_table") or default.version_table,
        version_schema=below.text("version_schema") or default.version_schema,
    )


def _check_name(name: str, others: Iterable[str], where: str, *, top: bool) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"a database cannot be called {name!r}", where=where, hint="use letters, digits, underscores and hyphens"
        )
    if name == DEFAULT and top:
        raise ConfigError(
            "the default database is configured twice: the top-level `url` or `engine` is that one too",
            where=where,
            hint="keep one of the two",
        )
    twin = next((other for other in others if variable_of(other) == variable_of(name)), None)
    if twin is not None:
        raise ConfigError(f"the databases {twin} and {name} share the variable {variable_of(name)}", where=where)


def _check_homes(
    section: Section, found: Collection[DatabaseSettings], known: Collection[str], taken: Collection[str]
) -> None:
    homeless = [app for app in known if app not in taken and not any(app in each.apps for each in found)]
    if homeless and found:
        raise ConfigError(
            f"the app {homeless[0]} lives in no database",
            where=section.where,
            hint="name it in the `apps` of a database, or leave `apps` out of one",
        )


def _of(apps: tuple[str, ...] | None) -> tuple[str, ...]:
    return apps or ()


def _filled(each: DatabaseSettings, environ: Mapping[str, str]) -> str:
    """What tells databases apart; a variable that is not set does, too."""
    if each.url is None:
        return f"engine {each.engine}"
    try:
        return expand(each.url, "url", environ)
    except ConfigError:
        return each.url
