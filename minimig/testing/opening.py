"""The project that tests are about: found from pytest's root folder, or named in its settings."""

from __future__ import annotations

import os
from pathlib import Path

from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import load_environment


def open_project(root: Path, file: str | None = None) -> Project:
    """The project whose configuration lies in `root` or above, or is `file`, relative to `root`. Raises ConfigError."""
    named = Path(file) if file else None
    return Project(load_environment(load_settings(root, file=named, environ=os.environ, overrides={})))
