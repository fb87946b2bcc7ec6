"""The project that tests are about: found from pytest's root folder, or named in its settings."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.config.settings import DEFAULT
from minimig.environment import load_environment


def open_project(root: Path, file: str | None = None, database: str | None = None) -> Project:
    """The project whose configuration lies in `root` or above, or is `file`, relative to `root`.

    Where there are several databases it has the apps of all, or of the named one. The project does not know its own
    databases and tenants any more: no test can touch them, and none needs the variables that say where they are.
    Raises ConfigError, TargetError for a database that there is not.
    """
    named = Path(file) if file else None
    settings = load_settings(root, file=named, environ=os.environ, overrides={}, database=database or None)
    environment = load_environment(settings)
    nowhere = replace(
        environment.settings,
        url=None,
        engine=None,
        database=environment.settings.database or DEFAULT,
        databases=MappingProxyType({}),
        tenants=None,
    )
    return Project(replace(environment, engine=None, settings=nowhere))
