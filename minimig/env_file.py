"""The one function of a project that changes its Environment: `configure` of the file that `env` names, or a plugin's.

In come `Settings`, out comes a frozen `Environment` that the commands pass on, its functions shielded: what the
project's code raises is told as an error of ours, with its line and without the passwords of the configuration.

Alembic's `env.py` is a script that connects and migrates, and calls `configure()` with some forty arguments on the way.
Here it is one function from Environment to Environment; docs/howto/from-alembic-env.md shows both side by side.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import os
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from minimig.config import VARIABLES, Settings
from minimig.config_sources import SET_IN_CODE, secrets_of
from minimig.env import FUNCTIONS, TEXTS, TUPLES, Environment, Hook, check
from minimig.errors import ConfigError, HookError, MinimigError, nearest
from minimig.plugins import load_plugins
from minimig.targets import guarded, import_path, shielded


def load_environment(settings: Settings) -> Environment:
    """The environment of a project: what its plugins and then its `env` file make of `Environment(settings)`.

    Raises ConfigError when one of them is missing, fails, or does not give an Environment back; also when it gives
    several databases one and the same.
    """
    if not settings.plugins and settings.env is None:
        return Environment(settings)
    try:
        environment = _made(settings)
        if settings.database is not None and len(settings.databases) > 1 and settings.tenant is None:
            _refuse_one_for_all(settings, environment)
    except MinimigError as error:
        error.masked(secrets_of(settings))
        raise
    return _shielded(environment)


def _made(settings: Settings) -> Environment:
    environment = Environment(settings)
    with import_path(settings.root):
        for name, configure in load_plugins(settings.plugins, settings.root, settings.source):
            environment = _configured(environment, configure, f"plugin {name}", settings.root)
        if settings.env is not None:
            path = (settings.root / settings.env).resolve()
            variable = VARIABLES["env"]
            named_by = variable if settings.env == settings.environ.get(variable) else "env"
            environment = _configured(environment, _env_function(path, named_by), str(path), path.parent)
    return environment


def _refuse_one_for_all(settings: Settings, environment: Environment) -> None:
    """Raise ConfigError for code written for one database that gives several the same, with one version table."""
    here = _place_by_code(settings, environment)
    for name in settings.databases if here is not None else ():
        chosen = settings.for_database(name)
        try:
            there = None if name == settings.database else _place_by_code(chosen, _made(chosen))
        except MinimigError:  # what is wrong with the other database is told by the run on it
            there = None
        if here == there:
            first, second = sorted((name, str(settings.database)), key=tuple(settings.databases).index)
            raise ConfigError(
                f"the databases {first} and {second} are the same one by the project's code, with one version table",
                where=settings.env or f"plugin {', '.join(settings.plugins)}",
                hint="environment.settings.database says which database `configure` is called for",
            )


def _place_by_code(settings: Settings, environment: Environment) -> tuple[object, ...] | None:
    """Where code has put the database and its version table; None where it is where the configuration says."""
    now, engine = environment.settings, environment.engine
    if engine is None and (now.url, now.engine) == (settings.url, settings.engine):
        return None
    place: object = id(engine)
    if engine is None:
        place = now.engine or now.database_url()
    elif engine.url.database not in (None, "", ":memory:"):  # each database in memory is another one
        place = engine.url.render_as_string(hide_password=False)
    return place, now.version_table, now.version_schema


def _shielded(environment: Environment) -> Environment:
    """The environment with functions whose failures are told as errors of ours; minimig's own rules stay themselves."""

    def shield(name: str, function: Hook) -> Hook:
        if str(getattr(function, "__module__", "")).startswith("minimig.autogenerate.rules."):
            return function
        settings = environment.settings
        return _masking(shielded(function, f"`{name}` of the environment failed", settings.root, HookError), settings)

    given = {name: getattr(environment, name) for name in (*FUNCTIONS, *TUPLES)}
    changed: dict[str, Any] = {name: shield(name, given[name]) for name in FUNCTIONS if given[name] is not None}
    changed |= {name: tuple(shield(name, f) for f in given[name]) for name in TUPLES if given[name] is not None}
    serializers = tuple((type_, shield("serializers", function)) for type_, function in environment.serializers)
    return replace(environment, serializers=serializers, **changed)


def _masking(function: Hook, settings: Settings) -> Hook:
    """A function in whose errors no password of the settings is shown."""

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        try:
            return function(*args)
        except MinimigError as error:
            error.masked(secrets_of(settings))
            if _is_inside(error):  # it was not even called, for it takes other arguments
                code = getattr(inspect.unwrap(function), "__code__", None)
                error.where = f"{code.co_filename}:{code.co_firstlineno}" if code else None
            raise

    return call


def _is_inside(error: MinimigError) -> bool:
    """Whether an error names a place of minimig, which no user is to mend."""
    return (error.where or "").startswith(f"{Path(__file__).parent}{os.sep}")


def _configured(environment: Environment, configure: Hook, where: str, root: Path) -> Environment:
    """What one function makes of an environment. Raises ConfigError for what is none, or holds what is no function."""
    what = f"`configure` of {where}" if where.startswith("plugin ") else "`configure`"
    try:
        result = guarded(lambda: configure(environment), f"{what} failed", root, ConfigError)
    except ConfigError as error:
        if error.where is None or _is_inside(error):
            error.where = where
        raise
    if not isinstance(result, Environment):
        raise ConfigError(
            f"{what} returned {type(result).__name__} instead of an Environment",
            where=where,
            hint="end it with: return dataclasses.replace(environment, ...)",
        )
    check(result, where)
    engine: Any = result.engine
    return replace(
        result,
        engine=getattr(engine, "sync_engine", engine),
        settings=_noted(environment.settings, result.settings, where),
    )


def _noted(before: Settings, after: Settings, where: str) -> Settings:
    """The settings with a note on each that is not what it was, of who changed it."""
    named = where if where.startswith("plugin ") else f"env file {where}"
    old, new = ({**vars(each), "url": (each.url, each.environ.get(SET_IN_CODE))} for each in (before, after))
    changed = [key for key in TEXTS if old[key] != new[key]]
    return replace(after, origins=MappingProxyType({**after.origins, **dict.fromkeys(changed, named)}))


def _env_function(path: Path, named_by: str) -> Hook:
    """The function `configure` of an env file."""
    if not path.is_file():
        raise ConfigError(f"the file that `{named_by}` names does not exist", where=str(path))
    module = guarded(lambda: _run_file(path), "the env file failed", path.parent, ConfigError)
    configure: Hook | None = getattr(module, "configure", None)
    if configure is None or not callable(configure):
        raise ConfigError(
            "the env file has no function `configure`",
            where=str(path),
            hint=nearest("configure", vars(module).keys() - {"configure"})
            or "write: def configure(environment): return environment",
        )
    return configure


def _run_file(path: Path) -> ModuleType:
    # A name of its own: two projects in one process both have an `env.py`. Registered, because dataclasses
    # look their module up.
    name = f"minimig_env_{zlib.crc32(str(path).encode())}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError("the env file must be a Python file ending in .py", where=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
