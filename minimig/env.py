"""The Environment: the settings, what a project's code puts beside them, and what it cannot put there.

In come `Settings`, out comes a frozen value that the commands pass on. A field that holds what it cannot is an error
that names it. How the project's code comes to change it is in `env_file`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from minimig.config import Settings
from minimig.config_sources import BY_CODE, given_by_hand, settings_with
from minimig.errors import ConfigError, nearest
from minimig.masking import mask_url
from minimig.state.seen import Include, Keep

Hook = Callable[..., Any]
FUNCTIONS = ("include", "keep", "same_type", "same_default", "revise", "written", "prepare")
TUPLES = ("rules", "schema_rules", "rewriters", "on_step", "before_run", "after_run")
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
    transaction that is still open: what they raise fails the migration. Those of `before_run` and `after_run` are
    called `(steps, connection)` around a run of migrate, in a transaction of their own; `after_run` also when there was
    nothing to do.
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
    before_run: Sequence[Hook] = ()
    after_run: Sequence[Hook] = ()

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
    if not isinstance(getattr(engine, "sync_engine", engine), sa.Engine):  # an asynchronous one holds another
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


def _is_serializer(rule: object) -> bool:
    return isinstance(rule, tuple) and len(rule) == 2 and isinstance(rule[0], type) and callable(rule[1])
