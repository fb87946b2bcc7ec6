"""Where each setting comes from, what is secret about it, and what an env file may set in its place.

In come `Settings`. Which place wins is decided in `config` alone, which notes it in `Settings.origins`; here that is
put in words, with the line of the file. (Alembic and Django show no such thing: a value may come from an ini file, a
section below another, a variable that a script reads, or the script.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from minimig.config import POLICIES, TARGET, WAITS, Settings
from minimig.config.settings import TenantSettings
from minimig.errors import ConfigError, nearest
from minimig.masking import SECRET_NAME, STARS, mask_text, secrets_in, secrets_of_variables
from minimig.toml import PLACEHOLDER, expand

BY_CODE = ("url", "engine", "version_table", "version_schema", "out_of_order")
"""The settings that `Environment.with_settings` may set."""
DEFAULT = "default"
SET_IN_CODE = "URL_SET_IN_CODE"
"""The name under which a URL that code has set is kept beside the variables."""


@dataclass(frozen=True)
class Value:
    """One setting for people: its name, what it is, with secrets masked, and where that was said."""

    name: str
    value: Any
    source: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"name": self.name, "value": self.value, "source": self.source}


@dataclass(frozen=True)
class Home:
    """One of several databases as code has left it: its settings, and the masked URL of an engine that code gives."""

    settings: Settings
    engine: str | None = None


def explained(settings: Settings, homes: Mapping[str, Home] = MappingProxyType({})) -> tuple[Value, ...]:
    """Every setting, in the order of the reference page, apps and `-x` values included.

    `homes` are the databases where there are several; each then has its own url, engine and version table.
    """
    secrets = secrets_of(settings)
    lines = _Lines(settings.source)

    def said(key: str, value: Any) -> Value:
        written = lines.text_of(key)
        origin = settings.origins.get(key)
        if origin is None or origin == "file":
            source = DEFAULT if written is None else lines.place(key)
            names = dict.fromkeys(m[1] for m in PLACEHOLDER.finditer(written or "") if m[1])
            words = [name if name in settings.environ else f"{name} (not set)" for name in names]
            source += f", with {' and '.join(words)}" if words else ""
        else:
            source = f"variable {origin}" if origin in settings.environ else origin  # or an env file, or a plugin
        return Value(key, _masked(value, secrets), source)

    values = [] if homes else [said("url", _url(settings)), said("engine", settings.engine)]
    for name, home in homes.items():
        values += _of_database(name, home, settings, said)
    for label, app in settings.apps.items():
        prefix = f"apps.{label}." if lines.text_of("metadata") is None else ""
        if not prefix:
            written = lines.place("label" if lines.text_of("label") else "metadata")
            values.append(Value("label", label, written))
        values += [
            said(f"{prefix}metadata", list(app.metadata)),
            said(f"{prefix}migrations", str(app.migrations)),
            said(f"{prefix}tables", list(app.tables)),
        ]
    values += [
        said(key, getattr(settings, key)) for key in (*(() if homes else ("version_table", "version_schema")), "env")
    ]
    values += [said(key, list(getattr(settings, key))) for key in ("plugins", "post_write")]
    values += [said(key, getattr(settings, key)) for key in ("out_of_order", "head_file", *WAITS)]
    if settings.tenants is not None:
        values += _of_tenants(settings.tenants, said)
    for key, text in settings.x.items():
        hidden = STARS if SECRET_NAME.search(key) else mask_text(text, secrets)
        values.append(Value(f"x.{key}", hidden, "command line"))
    if settings.tag is not None:
        values.append(Value("tag", mask_text(settings.tag, secrets), "command line"))
    return tuple(values)


def _of_database(name: str, home: Home, settings: Settings, said: Callable[[str, Any], Value]) -> Iterator[Value]:
    """The values of one of several databases, as they are written below its table; `default` may be at the top."""
    written, now = settings.for_database(name), home.settings
    found: dict[str, Any] = {"url": _url(now), "engine": now.engine, "apps": list(written.apps)}
    found |= {key: getattr(now, key) for key in ("version_table", "version_schema")}
    by_code = {key for key in BY_CODE if getattr(written, key) != getattr(now, key)}
    for key, value in found.items():
        shown = said(f"databases.{name}.{key}", value)
        if shown.source == DEFAULT and key != "apps":
            shown = replace(said(key, value), name=shown.name)
        if key == "engine" and home.engine is not None:
            shown = replace(shown, value=home.engine, source="code")
        elif key in by_code:
            shown = replace(shown, source=now.origins.get(key, "code"))
        elif key == "url" and given_by_hand(written, key):
            origin = written.origins[key]
            shown = replace(shown, source=f"variable {origin}" if origin in settings.environ else origin)
        elif value is None:
            shown = replace(shown, source=DEFAULT)
        yield shown


def _of_tenants(tenants: TenantSettings, said: Callable[[str, Any], Value]) -> Iterator[Value]:
    found: dict[str, Any] = {"schemas" if tenants.url is None else "names": list(tenants.names)}
    found |= {"query": tenants.query, "list": tenants.source, "url": tenants.url}
    found |= {"database": tenants.database, "apps": list(tenants.apps), "create_schemas": tenants.create_schemas}
    found["shared_schemas"] = list(tenants.shared_schemas)
    for key, value in found.items():
        if value:
            yield said(f"tenants.{key}", value)


def secrets_of(settings: Settings) -> frozenset[str]:
    """What must not be printed: the passwords of all URLs, and of the variables and `-x` values that hold some."""
    urls = [settings.url, *(each.url for each in settings.databases.values())]
    urls += [None if settings.tenants is None else settings.tenants.url]
    found = secrets_of_variables((*settings.environ.items(), *settings.x.items()))
    for url in (url for url in dict.fromkeys(urls) if url):
        try:
            found |= secrets_in(expand(url, "url", settings.environ))
        except ConfigError:  # a variable is missing: what is written may hold a password beside it
            found |= secrets_in(url)
    return found


def given_by_hand(settings: Settings, key: str) -> bool:
    """Whether a setting was given for this one run, by an option or a MINIMIG_ variable: no code may overrule that."""
    origin = settings.origins.get(key, "")
    return origin == "command line" or origin.startswith("MINIMIG_")


def settings_with(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """The settings with values that code has set in place of those of the file; what was given by hand stays.

    The values are checked as those of the file are, but taken as they stand: a password may hold `${`. Raises
    ConfigError for a key that cannot be set, or a value that makes no sense.
    """
    for key, value in values.items():
        _check(key, value)
    if "url" in values and "engine" in values:
        raise ConfigError("`with_settings` sets both `url` and `engine`", hint="keep one of the two")
    chosen: dict[str, Any] = {}
    by_hand = {key for key in BY_CODE if given_by_hand(settings, key)}
    by_hand |= {"url", "engine"} if by_hand & {"url", "engine"} else set()
    for key in values.keys() - by_hand:
        chosen[key] = values[key]
        if key in ("url", "engine"):
            chosen["engine" if key == "url" else "url"] = None
    if chosen.get("url") is not None:
        # Named, not copied, as variables are: it is filled in once, never searched, and no printed Settings shows it.
        chosen["environ"] = MappingProxyType({**settings.environ, SET_IN_CODE: chosen["url"]})
        chosen["url"] = f"${{{SET_IN_CODE}}}"
    return replace(settings, **chosen)


def _check(key: str, value: Any) -> None:
    if key not in BY_CODE:
        known = ", ".join(BY_CODE)
        raise ConfigError(f"`with_settings` cannot set `{key}`", hint=nearest(key, BY_CODE) or f"it sets {known}")
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"`with_settings`: `{key}` must be text, and not empty, not {type(value).__name__}")
    if key == "engine" and not TARGET.fullmatch(value):
        raise ConfigError(
            f"`with_settings`: `engine` must name an object in a module, not {value!r}",
            hint='for example "blog.db:engine"',
        )
    if key == "out_of_order" and value not in POLICIES:
        raise ConfigError(
            f"`with_settings`: `out_of_order` cannot be {value!r}",
            hint=nearest(value, POLICIES) or f"one of {', '.join(POLICIES)}",
        )


def _url(settings: Settings) -> str | None:
    """The URL as it would be used; as it is written where a variable is missing."""
    if settings.url is None:
        return None
    try:
        return settings.database_url()
    except ConfigError:
        return settings.url


def _masked(value: Any, secrets: Iterable[str]) -> Any:
    if isinstance(value, str):
        return mask_text(value, secrets)
    return [_masked(item, secrets) for item in value] if isinstance(value, list) else value


class _Lines:
    """The lines of a configuration file on which its keys stand. What is written in an unusual way has no line."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._found = {} if path is None or not path.is_file() else dict(_keys(path))

    def place(self, key: str) -> str:
        """`file:line` of a key."""
        line = self._found.get(key, (0, ""))[0]
        return f"{self.path}:{line}" if line else str(self.path)

    def text_of(self, key: str) -> str | None:
        """What is written behind a key, on its line; None where the file does not have it."""
        found = self._found.get(key)
        return None if found is None else found[1]


def _keys(path: Path) -> Iterator[tuple[str, tuple[int, str]]]:
    """Each key below minimig's table, dotted, with its line and what stands there."""
    table = "" if path.name != "pyproject.toml" else None
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if header := re.match(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$", line):
            name = header[1].replace('"', "").replace(" ", "")
            if path.name != "pyproject.toml":
                table = f"{name}."
            elif f"{name}.".startswith("tool.minimig."):
                table = f"{name}.".removeprefix("tool.minimig.")
            else:
                table = None
        elif table is not None and (entry := re.match(r"\s*([\w.\-\"]+)\s*=\s*(.*)$", line)):
            yield table + entry[1].replace('"', ""), (number, entry[2])
