"""What a project brings as code: its models, its engine, and the `env` file that swaps parts of minimig.

In come `Settings`, out come MetaData objects, an Engine, and one frozen `Environment` that the commands
pass on.

Alembic runs the project's `env.py` for every command and expects it to connect and to migrate; Django finds
models in its registry. Here names in the configuration suffice, and an `env` file is one function from
Environment to Environment.
"""

from __future__ import annotations

import importlib.util
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

from minimig.config import AppSettings, Settings
from minimig.errors import ConfigError, HookError, ModelsError, nearest
from minimig.plugins import load_plugins
from minimig.state.from_objects import objects_of
from minimig.state.seen import Include, Keep
from minimig.targets import guarded, import_path, resolve, shielded
from minimig.urls import mask_url

__all__ = ["Environment", "import_path", "load_environment", "load_metadata", "make_engine"]

INSTALL = {
    "psycopg": "pip install 'minimig[postgresql]'",
    "aiosqlite": "pip install 'minimig[async]'",
    "asyncpg": "pip install 'minimig[async]'",
    "aiomysql": "pip install 'minimig[async]'",
    "greenlet": "pip install 'minimig[async]'",
    "pymysql": "pip install 'minimig[mysql]'",
    "MySQLdb": "pip install mysqlclient, or write mysql+pymysql:// in the URL and pip install 'minimig[mysql]'",
}
DATABASES = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")


Hook = Callable[..., Any]
FUNCTIONS = ("include", "keep", "same_type", "same_default", "revise", "written")
TUPLES = ("rules", "schema_rules", "rewriters")


@dataclass(frozen=True)
class Environment:
    """The settings, and what plugins and the project's `env` file put in their place; docs/howto/hooks.md tells more.

    `engine` and `metadata` (by app label) replace what the settings name. Which things count, by name and before they
    are read, is said by `include(kind, name)`, afterwards by `keep(kind, name, item)`. `same_type(column, old, new)`
    and `same_default(column, old, new)` say what is the same (True), what differs (False), or nothing (None). `rules`
    and `schema_rules` compare pairs of tables and whole states; None stands for minimig's own. `rewriters` take the
    operations and give those to write, `revise(migration)` gives the file to write, or None for none, and `serializers`
    are pairs of a type and a function `(value, writing)` that gives its source. `written(path)` is called for each file
    that was written.
    """

    settings: Settings
    engine: sa.Engine | None = None
    metadata: Mapping[str, tuple[sa.MetaData, ...]] | None = None
    include: Include | None = None
    keep: Keep | None = None
    same_type: Hook | None = None
    same_default: Hook | None = None
    rules: Sequence[Hook] | None = None
    schema_rules: Sequence[Hook] | None = None
    rewriters: Sequence[Hook] = ()
    revise: Hook | None = None
    serializers: Sequence[tuple[type, Hook]] = ()
    written: Hook | None = None


def load_environment(settings: Settings) -> Environment:
    """The environment of a project: what its plugins and then its `env` file make of `Environment(settings)`.

    Raises ConfigError when one of them is missing, fails, or does not give an Environment back.
    """
    environment = Environment(settings)
    if not settings.plugins and settings.env is None:
        return environment
    with import_path(settings.root):
        for name, configure in load_plugins(settings.plugins, settings.root, settings.source):
            environment = _configured(environment, configure, f"plugin {name}", settings.root)
        if settings.env is not None:
            path = (settings.root / settings.env).resolve()
            environment = _configured(environment, _env_function(path), str(path), path.parent)
    return _shielded(environment)


def _shielded(environment: Environment) -> Environment:
    """The environment with functions whose failures are told as errors of ours; minimig's own rules stay themselves."""

    def shield(name: str, function: Hook) -> Hook:
        if str(getattr(function, "__module__", "")).startswith("minimig.autogenerate.rules."):
            return function
        return shielded(function, f"`{name}` of the environment failed", environment.settings.root, HookError)

    given = {name: getattr(environment, name) for name in (*FUNCTIONS, *TUPLES)}
    changed: dict[str, Any] = {name: shield(name, given[name]) for name in FUNCTIONS if given[name] is not None}
    changed |= {name: tuple(shield(name, f) for f in given[name]) for name in TUPLES if given[name] is not None}
    serializers = tuple((type_, shield("serializers", function)) for type_, function in environment.serializers)
    return replace(environment, serializers=serializers, **changed)


def _configured(environment: Environment, configure: Hook, where: str, root: Path) -> Environment:
    """What one function makes of an environment. Raises ConfigError for what is none, or holds what is no function."""
    what = f"`configure` of {where}" if where.startswith("plugin ") else "`configure`"
    result = guarded(lambda: configure(environment), f"{what} failed", root, ConfigError)
    if not isinstance(result, Environment):
        raise ConfigError(
            f"{what} returned {type(result).__name__} instead of an Environment",
            where=where,
            hint="end it with: return dataclasses.replace(environment, ...)",
        )
    for name in FUNCTIONS:
        if not (getattr(result, name) is None or callable(getattr(result, name))):
            raise ConfigError(f"`{name}` of the environment is not a function", where=where)
    for name in TUPLES:
        given = getattr(result, name)
        if not (given is None or isinstance(given, list | tuple)) or not all(callable(item) for item in given or ()):
            raise ConfigError(f"`{name}` of the environment is not a tuple of functions", where=where)
    if not isinstance(result.serializers, list | tuple) or not all(map(_is_serializer, result.serializers)):
        raise ConfigError("`serializers` of the environment is not a tuple of pairs (type, function)", where=where)
    return result


def _is_serializer(rule: object) -> bool:
    return isinstance(rule, tuple) and len(rule) == 2 and isinstance(rule[0], type) and callable(rule[1])


def _env_function(path: Path) -> Hook:
    """The function `configure` of an env file."""
    if not path.is_file():
        raise ConfigError("the file that `env` names does not exist", where=str(path))
    module = guarded(lambda: _run_file(path), "the env file failed", path.parent, ConfigError)
    configure: Hook | None = getattr(module, "configure", None)
    if configure is None or not callable(configure):
        raise ConfigError(
            "the env file has no function `configure`",
            where=str(path),
            hint=nearest("configure", vars(module)) or "write: def configure(environment): return environment",
        )
    return configure


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


def make_engine(settings: Settings) -> sa.Engine:
    """The engine of the project's `engine` name, or a new one for its URL. It opens no connection yet.

    Raises ConfigError for a URL that makes no sense, a driver that is missing, or a name that is no engine.
    An asynchronous one is given as the synchronous engine in it.
    """
    if settings.engine is not None:
        return _named_engine(settings.engine, settings)
    return engine_for(settings.database_url())


def engine_for(text: str) -> sa.Engine:
    """A new engine for a URL that names its driver. Raises ConfigError as `make_engine` does."""
    where = mask_url(text)
    try:
        url = sa.make_url(text)
        in_memory = url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")
        # One connection for a database that lives in it; elsewhere none kept, so that a finished run holds
        # no lock.
        engine = sa.create_engine(url, poolclass=StaticPool if in_memory else NullPool)
    except sa.exc.NoSuchModuleError as error:
        raise ConfigError(
            f"SQLAlchemy knows no database called {text.partition('://')[0]}",
            where=where,
            hint=nearest(text.partition("://")[0], DATABASES) or "is its dialect's package installed?",
        ) from error
    except (sa.exc.ArgumentError, ValueError, TypeError):
        # from None: SQLAlchemy's message may quote the URL with its password
        raise ConfigError("the URL of the database cannot be read", where=where, hint=_url_hint(text)) from None
    except ImportError as error:
        module = (error.name or "").partition(".")[0]
        hint = INSTALL.get(module) or f"pip install {module or 'the driver'}"
        raise ConfigError(f"the driver of the database is not installed: {error}", where=where, hint=hint) from error
    return engine


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


def _url_hint(text: str) -> str:
    if "://" not in text:
        return "a URL looks like sqlite:///blog.db or postgresql://user@host/name"
    return "write special characters of the password in percent form: @ is %40, / is %2F, : is %3A"


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
