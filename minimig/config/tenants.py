"""The table `tenants` of a configuration: who the tenants are, and where each has its tables."""

from __future__ import annotations

from collections.abc import Collection

from minimig.config.apps import target_in
from minimig.config.databases import routed_apps
from minimig.config.settings import DEFAULT, TenantSettings
from minimig.errors import ConfigError
from minimig.toml import Section

SOURCES = ("schemas", "names", "query", "list")
KEYS = (*SOURCES, "url", "database", "apps", "create_schemas", "shared_schemas")


def read_tenants(section: Section, known: Collection[str]) -> TenantSettings | None:
    """The tenants, None where the configuration has none. Raises ConfigError."""
    if "tenants" not in section.values:
        return None
    below = section.below("tenants")
    below.check_keys(KEYS)
    url = below.raw("url")
    given = [key for key in SOURCES if key in below.values]
    if len(given) != 1:
        raise ConfigError(
            f"`{given[0]}` and `{given[1]}` are both set" if given else "it is not said who the tenants are",
            where=below.where,
            hint='one of: schemas = ["a", "b"]; names = [...] with a url; query = "SELECT ..."; list = "module:names"',
        )
    if given[0] == "schemas" and url is not None:
        raise ConfigError("`schemas` are in one database, so `url` goes with `names`", where=below.where)
    if given[0] == "names" and url is None:
        raise ConfigError(
            "`names` needs a `url`", where=below.where, hint='url = "sqlite:///tenants/{tenant}.db"; or write `schemas`'
        )
    if url is not None and "{tenant}" not in url:
        raise ConfigError("`url` does not say where the tenant's name goes", where=below.where, hint="write {tenant}")
    schema_keys = [key for key in ("create_schemas", "shared_schemas") if key in below.values]
    if url is not None and schema_keys:
        raise ConfigError(
            f"`{schema_keys[0]}` is for tenants that are schemas, and these have a `url`", where=below.where
        )
    source = below.text("list")
    return TenantSettings(
        apps=routed_apps(below, known) if "apps" in below.values else tuple(known),
        names=below.texts("schemas") + below.texts("names"),
        query=below.text("query"),
        source=None if source is None else target_in(source, "list", below.where),
        url=url,
        database=below.text("database") or DEFAULT,
        create_schemas=below.flag("create_schemas"),
        shared_schemas=below.texts("shared_schemas"),
    )
