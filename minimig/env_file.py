"""The Environment, and the one function of a project that changes it: `configure` of the file that `env` names.

In come `Settings`, out comes a frozen `Environment` that the commands pass on, its functions shielded: what the
project's code raises is told as an error of ours, with its line and without the passwords of the configuration.

Alembic's `env.py` is a script that connects and migrates, and calls `configure()` with some forty arguments on the way.
Here it is one function from Environment to Environment; docs/howto/from-alembic-env.md shows both side by side.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import sqlalchemy as sa

from minimig.config import Settings
from minimig.config_sources import BY_CODE, SET_IN_CODE, given_by_hand, secrets_of, settings_with
from minimig.errors import ConfigError, HookError, MinimigError, nearest
from minimig.masking import mask_url
from minimig.plugins import load_plugins
from minimig.state.seen import Include, Keep
from minimig.targets import guarded, import_path, shielded

Hook = Callable[..., Any]
FUNCTIONS = ("include", "keep", "same_type", "same_default", "revise", "written", "prepare")
TUPLES = ("rules", "schema_rules", "rewriters", "on_step")
TEXTS = (*BY_CODE, "env")


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

    `connect_args` go to the driver of an engine that minimig makes. `prepare(connection)` is called once on each
    connection that minimig opens to the project's database, and what it did is committed. The functions of `on_step`
    are called `(step, connection)` when a migration has run, or was only recorded, and its row is written, in the
    transaction that is still open: what they raise fails the migration.
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
    connect_args: Mapping[str, Any] = field(default_factory=dict, repr=False)
    prepare: Hook | None = None
    on_step: Sequence[Hook] = ()

    @property
    def x(self) -> Mapping[str, str]:
        """The `-x key=value` of the command line; a word without a value has an empty one."""
        return self.settings.x

    @property
    def tag(self) -> str | None:
        """The text of `--tag`."""
        return self.settings.tag

    def with_url(self, url: str) -> Environment:
        """The environment with this database URL in place of the configured one; see `with_settings`."""
        return self.with_settings(url=url)

    def with_settings(self, **values: str) -> Environment:
        """The environment with some of `url`, `engine`, `version_table`, `version_schema`, `out_of_order` set in code.

        They are checked as those of the configuration file are, and stand in their place: what an option or a MINIMIG_
        variable says for one run goes before both. Raises ConfigError.
        """
        return replace(self, settings=settings_with(self.settings, values))


def load_environment(settings: Settings) -> Environment:
    """The environment of a project: what its plugins and then its `env` file make of `Environment(settings)`.

    Raises ConfigError when one of them is missing, fails, or does not give an Environment back.
    """
    environment = Environment(settings)
    if not settings.plugins and settings.env is None:
        return environment
    try:
        with import_path(settings.root):
            for name, configure in load_plugins(settings.plugins, settings.root, settings.source):
                environment = _configured(environment, configure, f"plugin {name}", settings.root)
            if settings.env is not None:
                path = (settings.root / settings.env).resolve()
                environment = _configured(environment, _env_function(path), str(path), path.parent)
    except MinimigError as error:
        error.masked(secrets_of(settings))
        raise
    return _shielded(environment)


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
            raise

    return call


def _configured(environment: Environment, configure: Hook, where: str, root: Path) -> Environment:
    """What one function makes of an environment. Raises ConfigError for what is none, or holds what is no function."""
    what = f"`configure` of {where}" if where.startswith("plugin ") else "`configure`"
    try:
        result = guarded(lambda: configure(environment), f"{what} failed", root, ConfigError)
    except ConfigError as error:
        if error.where is None or error.where.startswith(str(Path(__file__).parent)):  # it is not ours to mend
            error.where = where
        raise
    if not isinstance(result, Environment):
        raise ConfigError(
            f"{what} returned {type(result).__name__} instead of an Environment",
            where=where,
            hint="end it with: return dataclasses.replace(environment, ...)",
        )
    check(result, where)
    return replace(result, settings=_noted(environment.settings, result.settings, where))


def check(environment: Environment, where: str) -> None:
    """Raise ConfigError for a field of an environment that holds what it cannot."""
    for name in FUNCTIONS:
        if not (getattr(environment, name) is None or callable(getattr(environment, name))):
            raise ConfigError(f"`{name}` of the environment is not a function", where=where)
    for name in TUPLES:
        given = getattr(environment, name)
        if not (given is None or isinstance(given, list | tuple)) or not all(callable(item) for item in given or ()):
            raise ConfigError(f"`{name}` of the environment is not a tuple of functions", where=where)
    if not isinstance(environment.serializers, list | tuple) or not all(map(_is_serializer, environment.serializers)):
        raise ConfigError("`serializers` of the environment is not a tuple of pairs (type, function)", where=where)
    _check_settings(environment, where)
    _check_models(environment, where)
    _check_engine(environment, where)


def _check_settings(environment: Environment, where: str) -> None:
    settings: Any = environment.settings
    if not isinstance(settings, Settings):
        raise ConfigError(
            f"`settings` of the environment is {type(settings).__name__}, not Settings",
            where=where,
            hint="to set one of them, write: environment.with_settings(version_table=...)",
        )
    for key in TEXTS:
        value = getattr(settings, key)
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"`{key}` must be text, not {type(value).__name__}", where=where)


def _check_models(environment: Environment, where: str) -> None:
    metadata: Any = environment.metadata
    apps = environment.settings.apps
    hint = "it is a dict: metadata={label: (Base.metadata,)}"
    if metadata is None:
        return
    if not isinstance(metadata, Mapping):
        raise ConfigError(
            f"`metadata` of the environment is {type(metadata).__name__}, not a mapping", where=where, hint=hint
        )
    for label, group in metadata.items():
        if apps and label not in apps:
            raise ConfigError(
                f"`metadata` of the environment: there is no app {label!r}",
                where=where,
                hint=nearest(str(label), apps) or f"the apps are: {', '.join(apps)}",
            )
        if not isinstance(group, list | tuple) or not all(isinstance(item, sa.MetaData) for item in group):
            raise ConfigError(
                f"`metadata` of the environment: that of {label} is not a tuple of MetaData", where=where, hint=hint
            )


def _check_engine(environment: Environment, where: str) -> None:
    """An engine is one, goes without `connect_args`, and leads where an option or variable says this run shall go."""
    settings = environment.settings
    engine: Any = environment.engine
    arguments: Any = environment.connect_args
    if not isinstance(arguments, Mapping):
        raise ConfigError(
            f"`connect_args` of the environment is {type(arguments).__name__}, not a mapping", where=where
        )
    if engine is None:
        return
    if not isinstance(engine, sa.Engine):
        raise ConfigError(
            f"`engine` of the environment is {type(engine).__name__}, not an Engine",
            where=where,
            hint="give what sqlalchemy.create_engine(...) returns; a URL goes into environment.with_url(...)",
        )
    if arguments:
        raise ConfigError(
            "the environment has both `engine` and `connect_args`",
            where=where,
            hint="give the arguments to create_engine(..., connect_args=...)",
        )
    if given_by_hand(settings, "url") and _place(engine.url) != _place(sa.make_url(settings.database_url())):
        raise ConfigError(
            f"this run was given the database {mask_url(settings.database_url())}, but the environment brings an engine"
            f" for {engine.url.render_as_string(hide_password=True)}",
            where=where,
            hint="make the engine from environment.settings.database_url(), or leave out --url and MINIMIG_URL",
        )


def _place(url: sa.URL) -> tuple[str, str | None, int | None, str | None]:
    """Which database a URL leads to, whoever goes there by whatever driver."""
    return url.get_backend_name(), url.host, url.port, url.database


def _noted(before: Settings, after: Settings, where: str) -> Settings:
    """The settings with a note on each that is not what it was, of who changed it."""
    named = where if where.startswith("plugin ") else f"env file {where}"
    old, new = ({**vars(each), "url": (each.url, each.environ.get(SET_IN_CODE))} for each in (before, after))
    changed = [key for key in TEXTS if old[key] != new[key]]
    return replace(after, origins=MappingProxyType({**after.origins, **dict.fromkeys(changed, named)}))


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
