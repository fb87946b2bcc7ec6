"""Settings: what a project writes in `[tool.minimig]`, read into one frozen value.

In come a folder to search upwards from, the environment variables and the command line's `-x key=value`;
out comes `Settings`. Nothing is imported from the project and no database is touched, so that `--help`,
`history` and completion stay fast; what needs SQLAlchemy is in `environment`.

Django's settings are a Python module and Alembic's an ini file beside a script that runs on every command.
Here the data is TOML, checked key by key, and code is asked for only where data cannot say it
(`env = "migrations/env.py"`).
"""

from __future__ import annotations

from minimig.config.apps import SINGLE_KEYS, TARGET
from minimig.config.reading import KEYS, OVERRIDABLE, POLICIES, VARIABLES, find_config, load_settings, settings_from
from minimig.config.settings import AppSettings, DatabaseSettings, Settings, TenantSettings
from minimig.config.waits import WAITS
from minimig.urls import mask_url

__all__ = [
    "KEYS",
    "OVERRIDABLE",
    "POLICIES",
    "SINGLE_KEYS",
    "TARGET",
    "VARIABLES",
    "WAITS",
    "AppSettings",
    "DatabaseSettings",
    "Settings",
    "TenantSettings",
    "find_config",
    "load_settings",
    "mask_url",
    "settings_from",
]
