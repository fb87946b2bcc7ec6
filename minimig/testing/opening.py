"""The project that tests are about: found from pytest's root folder, or named in its settings."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import load_environment


def open_project(root: Path, file: str | None = None) -> Project:
    """The project whose configuration lies in `root` or above, or is `file`, relative to `root`. Raises ConfigError.

    The project does not know its own database any more: no test can touch it, and none needs the variables that say
    where it is.
    """
    named = Path(file) if file else None
    environment = load_environment(load_settings(root, file=named, environ=os.environ, overrides={}))
    return Project(replace(environment, engine=None, settings=replace(environment.settings, url=None, engine=None)))
