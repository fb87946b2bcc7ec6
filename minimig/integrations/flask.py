"""`flask minimig ...` (entry point `flask.commands`): minimig on the engines and models of Flask-SQLAlchemy.

`app.config["MINIMIG"]` may hold the keys of a minimig.toml; nothing has to be there.
"""

from __future__ import annotations

from typing import Any

import click

from minimig.errors import ConfigError
from minimig.integrations.hosting import Host, HostedGroup, chosen, enter, options


@click.group(cls=HostedGroup)
@options
def minimig(bind: str | None, **more: Any) -> None:
    """Migrations for this application's databases.

    \b
    Examples:
      flask minimig makemigrations
      flask minimig migrate
      flask minimig --bind auth migrate
    """
    from flask import current_app, has_app_context
    from flask.cli import ScriptInfo

    if not has_app_context():
        context = click.get_current_context()
        context.with_resource(context.ensure_object(ScriptInfo).load_app().app_context())
    config = current_app.config.get("MINIMIG", {})
    enter(
        Host(
            engine=lambda: chosen(_extension().engines, bind, "database"),
            metadata=lambda: chosen(_extension().metadatas, bind, "models"),
            config=config,
            where="app.config['MINIMIG']",
            bind=bind,
        ),
        **more,
    )


def _extension() -> Any:
    from flask import current_app

    found = current_app.extensions.get("sqlalchemy")
    if found is None or not hasattr(found, "engines"):
        raise ConfigError(
            "this application has no Flask-SQLAlchemy 3",
            where=current_app.import_name,
            hint="call db.init_app(app), or set metadata and engine in app.config['MINIMIG']",
        )
    return found
