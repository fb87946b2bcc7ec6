"""The apps of a configuration: one that is written straight under `[tool.minimig]`, or a table for each."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from minimig.config.settings import AppSettings
from minimig.errors import ConfigError
from minimig.locations import folder_at
from minimig.toml import Section

APP_KEYS = ("metadata", "migrations", "tables")
SINGLE_KEYS = ("label", *APP_KEYS)
TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def read_apps(section: Section, root: Path) -> dict[str, AppSettings]:
    """The apps by label. Raises ConfigError."""
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
        below = section.below("apps", label)
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
    metadata = tuple(target_in(text, "metadata", section.where) for text in section.texts("metadata"))
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


def target_in(text: str, key: str, where: str) -> str:
    """The text, if it can name an object in a module. Raises ConfigError."""
    if not TARGET.fullmatch(text):
        example = "blog.db:engine" if key == "engine" else "blog.models:Base"
        raise ConfigError(
            f"`{key}` must name an object in a module, not {text!r}",
            where=where,
            hint=f'for example "{example}"',
        )
    return text
