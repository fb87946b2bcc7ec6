"""`litestar minimig ...` (entry point `litestar.commands`): minimig on the databases of advanced-alchemy.

`Litestar(opt={"minimig": {...}})` may hold the keys of a minimig.toml; nothing has to be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from minimig.errors import ConfigError
from minimig.integrations.hosting import Host, HostedGroup, chosen, enter, options


@click.group(cls=HostedGroup)
@options
def minimig(app: Any, bind: str | None, **more: Any) -> None:
    """Migrations for this application's databases.

    \b
    Examples:
      litestar minimig makemigrations
      litestar minimig migrate
      litestar minimig --bind auth migrate
    """
    enter(
        Host(
            engine=lambda: chosen(_configs(app), bind, "database").get_engine(),
            metadata=lambda: chosen(_configs(app), bind, "models").metadata,
            config=app.opt.get("minimig", {}),
            where="opt['minimig'] of the application",
            bind=bind,
        ),
        **more,
    )


def _configs(app: Any) -> Mapping[str | None, Any]:
    try:
        from advanced_alchemy.extensions.litestar import SQLAlchemyInitPlugin

        plugin = app.plugins.get(SQLAlchemyInitPlugin)
    except (ImportError, KeyError):
        raise ConfigError(
            "this application has no SQLAlchemyPlugin of advanced-alchemy",
            hint="add it to `plugins`, or set metadata and engine in opt={'minimig': {...}}",
        ) from None
    found: dict[str | None, Any] = {}
    for config in plugin.config:
        if config.bind_key in found:
            raise ConfigError(
                f"two configurations of advanced-alchemy have the bind_key {config.bind_key!r}",
                hint="give each a bind_key of its own, so that each has its own history",
            )
        found[config.bind_key] = config
    return found
