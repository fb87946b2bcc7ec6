"""What a project brings as code: its models and its engine.

In come `Settings`, out come MetaData objects and an Engine. What its `env` file makes of both is in `env_file`.

Alembic runs the project's `env.py` for every command and expects it to connect and to migrate; Django finds
models in its registry. Here names in the configuration suffice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from minimig.config import AppSettings, Settings
from minimig.dialects.engine import engine_for
from minimig.env import Environment
from minimig.env_file import load_environment
from minimig.errors import ConfigError, ModelsError
from minimig.state.from_objects import objects_of
from minimig.targets import guarded, import_path, resolve

__all__ = ["Environment", "engine_for", "import_path", "load_environment", "load_metadata", "make_engine"]


def load_metadata(setting: AppSettings, root: Path) -> tuple[sa.MetaData, ...]:
    """The MetaData objects that an app names, each once, in the order named.

    A name may stand for a MetaData, an object that has one (`.metadata`) or several (`.metadatas`), a list
    of these, or a function without arguments that returns one. Raises ModelsError when a name leads
    nowhere, when it stands for something else, or when no table is defined in what was found.
    """
    found: dict[str, list[sa.MetaData]] = {}
    with import_path(root):
        for target in setting.metadata:
            value = resolve(target, root, ModelsError)
            found[target] = list(_metadata_in(value, target, root))
    # Only now: a module later in the list may define the tables of an earlier one's Base.
    for target, metadatas in found.items():
        if not any(metadata.tables or any(objects_of(metadata, ())) for metadata in metadatas):
            raise _no_tables(setting, target)
    return tuple({id(metadata): metadata for metadatas in found.values() for metadata in metadatas}.values())


def make_engine(settings: Settings, connect_args: Mapping[str, Any] = MappingProxyType({})) -> sa.Engine:
    """The engine of the project's `engine` name, or a new one for its URL. It opens no connection yet.

    Raises ConfigError for a URL that makes no sense, a driver that is missing, or a name that is no engine.
    An asynchronous one is given as the synchronous engine in it.
    """
    if settings.engine is not None:
        if connect_args:
            raise ConfigError(
                f"the environment has `connect_args`, and the configuration an engine of its own, {settings.engine}",
                where=f"`engine` in {settings.source}",
                hint="give the arguments to create_engine(..., connect_args=...) there",
            )
        return _named_engine(settings.engine, settings)
    try:
        return engine_for(settings.database_url(), connect_args)
    except ConfigError as error:
        origin = settings.origins.get("url", "file")
        place = {"file": str(settings.source or ""), "command line": "--url"}.get(origin, origin)
        raise (error.at(place) if place and not (error.where or "").startswith(place) else error) from error.__cause__


def _metadata_in(value: Any, target: str, root: Path, *, call: bool = True) -> Iterable[sa.MetaData]:
    if isinstance(value, sa.MetaData):
        return [value]
    if isinstance(held := getattr(value, "metadatas", None), Mapping):  # Flask-SQLAlchemy: one for each bind
        return _metadata_in(held, target, root, call=False)
    if isinstance(held := getattr(value, "metadata", None), sa.MetaData):
        return [held]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return [metadata for item in value for metadata in _metadata_in(item, target, root, call=call)]
    # A class is callable too, but an instance of any odd class is nobody's models.
    if call and callable(value) and not isinstance(value, type):
        result = guarded(value, f"{target}: the function failed", root, ModelsError)
        return _metadata_in(result, target, root, call=False)
    kind = f"the class {value.__name__}" if isinstance(value, type) else f"of type {type(value).__name__}"
    raise ModelsError(
        f"{target} is {kind}, not a MetaData",
        where="`metadata` in the configuration",
        hint="name a MetaData, a declarative base, a list of them, or a function that returns one",
        code="MM302",
    )


def _no_tables(setting: AppSettings, target: str) -> ModelsError:
    module, _, name = target.partition(":")
    package = module.rpartition(".")[0]
    guess = f"{package}.models" if package and not module.endswith(".models") else f"{package or 'blog'}.posts"
    return ModelsError(
        f"{target} has no table: the modules that define the tables were not imported",
        where=f"app {setting.label}",
        hint=f'list the modules that use {name}: metadata = ["{target}", "{guess}:{name}"]; '
        f"or import them at the end of {module}",
        code="MM301",
    )


def _named_engine(target: str, settings: Settings) -> sa.Engine:
    with import_path(settings.root):
        value = resolve(target, settings.root, ConfigError)
        if callable(value) and not isinstance(value, sa.Engine | type):
            value = guarded(value, f"{target}: the function failed", settings.root, ConfigError)
    engine = getattr(value, "sync_engine", value)  # what an AsyncEngine wraps
    if isinstance(engine, sa.Engine):
        return engine
    raise ConfigError(
        f"{target} gives {type(value).__name__}, not an Engine",
        where="`engine` in the configuration",
        hint="name an Engine, or a function without arguments that returns one",
    )
