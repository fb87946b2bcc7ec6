"""Reading TOML: a file, one table in it, one value, each checked, with an error that names the place.

In come a path or a parsed table, out come text and lists of text with their `${NAME}` filled in. What the
keys mean is the business of `config`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minimig.errors import ConfigError, nearest

PLACEHOLDER = re.compile(r"\$\{(?:([A-Za-z_]\w*)(?::-((?:(?!\$\{)[^}])*))?\})?")


def tool_table(project: Path) -> Mapping[str, Any] | None:
    """The keys under [tool.minimig] of a pyproject.toml, or None when it does not configure minimig."""
    tool = read_toml(project).get("tool", {})
    values = tool.get("minimig") if isinstance(tool, dict) else None
    if values is not None and not isinstance(values, dict):
        raise ConfigError("`tool.minimig` must be a table", where=str(project))
    return values


def read_toml(path: Path) -> Mapping[str, Any]:
    """The content of a TOML file. Raises ConfigError when it cannot be read or parsed."""
    try:
        # -sig: editors on Windows put a byte order mark in front
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML: {error}", where=str(path), code="MM108") from error


@dataclass(frozen=True)
class Section:
    """One table of the file, with what its errors have to name."""

    values: Mapping[str, Any]
    where: str
    environ: Mapping[str, str]

    def check_keys(self, known: tuple[str, ...]) -> None:
        for key in self.values:
            if key not in known:
                hint = nearest(key, known) or f"known keys: {', '.join(known)}"
                raise ConfigError(f"unknown key `{key}`", where=self.where, hint=hint, code="MM104")

    def raw(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise ConfigError(f"`{key}` must be text between quotes, and not empty", where=self.where)
        return value

    def text(self, key: str) -> str | None:
        value = self.raw(key)
        return None if value is None else expand(value, key, self.environ, where=self.where)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            raise ConfigError(f"`{key}` must be text or a list of texts, none of them empty", where=self.where)
        return tuple(expand(item, key, self.environ, where=self.where) for item in items)

    def flag(self, key: str) -> bool:
        """True or false; false where the key is not set."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise ConfigError(f"`{key}` must be true or false, without quotes", where=self.where)
        return value

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise ConfigError(f"`{key}` must be a table", where=self.where)
        return value

    def below(self, *keys: str) -> Section:
        """The table under these keys."""
        # "[tool.minimig]" becomes "[tool.minimig.apps.blog]", a minimig.toml gets "[apps.blog]"
        place = f"{self.where[:-1]}." if self.where.endswith("]") else f"{self.where}, ["
        inner = self
        for key in keys:
            inner = Section(inner.table(key), self.where, self.environ)
        return Section(inner.values, f"{place}{'.'.join(keys)}]", self.environ)


def expand(text: str, key: str, environ: Mapping[str, str], *, where: str | None = None) -> str:
    """Fill `${NAME}` and `${NAME:-default}` from `environ`; what is filled in is not expanded again.

    As in a shell, the default also stands in for an empty variable. Raises ConfigError naming `key` and
    the variable.
    """

    def fill(match: re.Match[str]) -> str:
        name, default = match.groups()
        if name is None:
            raise ConfigError(
                f"`{key}` has a ${{ that names no variable",
                where=where,
                hint="write ${NAME} or ${NAME:-default}, one not inside another",
            )
        if default is None and name not in environ:
            raise ConfigError(
                f"`{key}` needs the variable {name}, which is not set",
                where=where,
                hint=f"set {name}, or give a default: ${{{name}:-...}}",
                code="MM106",
            )
        return environ.get(name, "") or default or ""

    return PLACEHOLDER.sub(fill, text)
