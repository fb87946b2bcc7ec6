"""`config`: every setting with where it comes from, and what the project's code put beside them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from minimig.config import Settings
from minimig.config.settings import DEFAULT
from minimig.config_sources import Home, Value, explained
from minimig.environment import Environment, load_environment
from minimig.errors import ConfigError
from minimig.masking import STARS


@dataclass(frozen=True)
class Configuration:
    """The settings of a project, and what its plugins and its env file set besides, by the name in the Environment.

    `problem` is what is wrong with that code; the values are then those without it.
    """

    source: str | None
    values: tuple[Value, ...]
    code: tuple[Value, ...]
    problem: ConfigError | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "source": self.source,
            "values": {each.name: {"value": each.value, "source": each.source} for each in self.values},
            "environment": {each.name: {"value": each.value, "source": each.source} for each in self.code},
            "problem": None if self.problem is None else self.problem.message,
        }


def configuration(settings: Settings) -> Configuration:
    """What holds for a project, secrets masked. Nothing is connected to; its env file and plugins are executed."""
    problem = None
    try:
        environment = load_environment(settings)
    except ConfigError as error:
        environment, problem = Environment(settings), error
    homes: dict[str, Home] = {}
    for name in settings.names_of_databases if _several(settings) else ():
        chosen = settings.for_database(name)
        try:
            here = load_environment(chosen)
        except ConfigError as error:
            here, problem = Environment(chosen), problem or error
        homes[name] = Home(here.settings, None if here.engine is None else _shown(here.engine)[0])
    source = None if settings.source is None else str(settings.source)
    shown = replace(environment.settings, databases=settings.databases, database=settings.database)
    return Configuration(source, explained(shown, homes), tuple(_code(environment)), problem)


def _several(settings: Settings) -> bool:
    """Whether there are databases with a table of their own."""
    return settings.database is None or any(name != DEFAULT for name in settings.databases)


def _code(environment: Environment) -> Iterator[Value]:
    """The fields of an environment that code has set, in their order."""
    for field in fields(environment):
        value = getattr(environment, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if field.default is MISSING and field.default_factory is MISSING:
            continue  # the settings themselves
        if value is not default and value != default:
            shown, place = _shown(value)
            yield Value(field.name, shown, place or "code")


def _shown(value: Any) -> tuple[Any, str | None]:
    """A value of the environment as it may be printed, and the place of its first function."""
    if isinstance(value, Mapping):  # the models by app; what goes to the driver may be secret
        return {str(key): "MetaData" if isinstance(held, list | tuple) else STARS for key, held in value.items()}, None
    if isinstance(value, list | tuple):
        shown = [_shown(item) for item in value]
        return [words for words, _ in shown], next((place for _, place in shown if place), None)
    if isinstance(value, sa.Engine):
        return value.url.render_as_string(hide_password=True), None
    if isinstance(value, type):
        return value.__qualname__, None
    code = getattr(inspect.unwrap(value), "__code__", None)
    name = getattr(value, "__qualname__", type(value).__qualname__)
    return name, None if code is None else f"{Path(code.co_filename)}:{code.co_firstlineno}"
