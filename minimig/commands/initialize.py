"""`minimig init`: the configuration and the empty folders that a project starts from.

In come a folder and the answers to at most three questions, out comes an `InitPlan`, and from that the files. Every
check is made while planning, the written configuration is read back included, so that a refusal leaves nothing behind.

`alembic init` writes a folder of templates to be edited before anything works; Django needs nothing but an app. Here
four lines are enough, because the models are found by reading the sources (`discovery`).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minimig.commands.discovery import Candidate
from minimig.config import settings_from
from minimig.errors import ConfigError
from minimig.files import write_files
from minimig.toml import tool_table
from minimig.urls import has_password

SINGLE, APPS = "one history", "one per app"
DEFAULT_URL = "sqlite:///app.db"
FROM_VARIABLE = "${DATABASE_URL}"


@dataclass(frozen=True)
class Question:
    """Something to ask when there is a terminal; otherwise `flag` answers it, or `default` does.

    The answer is one of `choices`, several of them when `several`, or any text when `free`.
    """

    key: str
    flag: str
    text: str
    choices: tuple[str, ...]
    default: tuple[str, ...]
    several: bool = False
    free: bool = False


@dataclass(frozen=True)
class InitPlan:
    """What `write_init` will do: `content` is the whole new text of `config`, `before` what it held while planning."""

    config: Path
    before: bytes | None
    content: bytes
    folders: tuple[Path, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "config": str(self.config),
            "folders": [str(folder) for folder in self.folders],
            "notes": list(self.notes),
        }


def questions(folder: Path, candidates: Sequence[Candidate], environ: Mapping[str, str]) -> tuple[Question, ...]:
    """What has to be known, at most three questions: which models, which database, one history or several.

    The models are asked for unless exactly one object was found; the layout only when several packages have models.
    A choice of models may name several objects, joined by commas: the modules that make up one MetaData.
    """
    asked = []
    found = tuple(",".join(candidate.targets) for candidate in candidates)
    likely = tuple(choice for choice, candidate in zip(found, candidates, strict=True) if candidate.tables) or found[:1]
    if len(found) != 1:
        text = "Which objects hold your models?" if found else "Which object holds your models (package.module:Base)?"
        asked.append(
            Question("metadata", "--metadata", text, found, likely or (_placeholder(folder),), several=True, free=True)
        )
    urls = (FROM_VARIABLE, DEFAULT_URL) if environ.get("DATABASE_URL") else (DEFAULT_URL,)
    asked.append(Question("url", "--database-url", "Which database?", urls, urls[:1], free=True))
    if len({_package(choice) for choice in likely}) > 1:
        asked.append(Question("layout", "--layout", "Where do the revisions go?", (SINGLE, APPS), (APPS,)))
    return tuple(asked)


def plan_init(
    folder: Path, *, metadata: Sequence[str], url: str | None = None, layout: str = SINGLE, environ: Mapping[str, str]
) -> InitPlan:
    """Decide what to write into `folder`. An item of `metadata` may name several objects, joined by commas.

    Raises ConfigError when the folder is configured already, when its pyproject.toml cannot take the new table, or when
    the answers make no valid configuration.
    """
    folder = folder.resolve()
    notes: list[str] = []
    groups = [[target.strip() for target in item.split(",") if target.strip()] for item in metadata]
    groups = [group for group in groups if group]
    if not groups:
        groups = [[_placeholder(folder)]]
        notes.append(f"no models were found: write where they are in place of {groups[0][0]}")
    config, before = config_file(folder)
    lines = [f"url = {toml_string(_written_url(url, environ, notes))}"]
    lines += _single(folder, groups, notes) if layout == SINGLE else _per_app(folder, groups, layout)
    content = _content(before, lines)
    folders = _check(config, content)
    notes += _neighbours(folder)
    return InitPlan(config, before, content, folders, tuple(notes))


def write_init(plan: InitPlan) -> tuple[Path, ...]:
    """Create the folders and write the configuration last; returns the files written.

    Raises ConfigError when the configuration changed since the plan was made or cannot be written; then nothing stays.
    """
    now = plan.config.read_bytes() if plan.config.exists() else None
    if now != plan.before:
        raise ConfigError(
            "the file has changed in the meantime", where=str(plan.config), hint="run `minimig init` again"
        )
    packages = [folder / "__init__.py" for folder in plan.folders]
    files = {path: b'"""Revisions, written by `minimig makemigrations`."""\n' for path in packages if not path.exists()}
    written = {**files, plan.config: plan.content}
    write_files(written, replacing=[plan.config])
    return tuple(written)


def toml_string(text: str) -> str:
    """`text` as a TOML string. JSON's escapes are TOML's too, except that TOML wants DEL escaped as well."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ConfigError(f"not valid text: {text!r}", hint="use characters that UTF-8 can hold")
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def config_file(folder: Path) -> tuple[Path, bytes | None]:
    """The file to write and what it holds now. A pyproject.toml is extended, else minimig.toml is created."""
    if not folder.is_dir():
        raise ConfigError("there is no such folder", where=str(folder))
    own, project = folder / "minimig.toml", folder / "pyproject.toml"
    if own.exists():
        raise ConfigError("minimig is configured here already", where=str(own), hint="edit or remove the file")
    if not project.exists():
        return own, None
    if tool_table(project) is not None:
        raise ConfigError("minimig is configured here already", where=str(project), hint="edit [tool.minimig]")
    return project, project.read_bytes()


def _written_url(url: str | None, environ: Mapping[str, str], notes: list[str]) -> str:
    """The URL as it goes into the file, where no password may stand."""
    if url is None:
        url = FROM_VARIABLE if environ.get("DATABASE_URL") else DEFAULT_URL
    if has_password(url):
        notes.append(f"the URL has a password, so {FROM_VARIABLE} was written instead: set DATABASE_URL to the URL")
        return FROM_VARIABLE
    if "://" not in url and "${" not in url:
        raise ConfigError(
            f"{url!r} is no database URL", hint="for example sqlite:///app.db or postgresql://user@host/name"
        )
    return url


def _single(folder: Path, groups: Sequence[Sequence[str]], notes: list[str]) -> list[str]:
    targets = list(dict.fromkeys(target for group in groups for target in group))
    migrations = "migrations"
    if (folder / migrations / "versions").is_dir() or (folder / migrations / "script.py.mako").exists():
        migrations = "revisions"
        notes.append("the folder migrations is Alembic's, so the folder revisions is used")
    lines = [_metadata_line(targets), f"migrations = {toml_string(migrations)}"]
    if len({_package(target) for target in targets}) > 1:
        # Written out, because every revision is named by it and the list may be put in another order one day.
        lines.insert(0, f"label = {toml_string(_package(targets[0]))}")
    return lines


def _per_app(folder: Path, groups: Sequence[Sequence[str]], layout: str) -> list[str]:
    """A table for each package; a group belongs to the package of its first object."""
    if layout != APPS:
        raise ConfigError(f"unknown layout {layout!r}", hint=f"one of: {SINGLE}, {APPS}")
    apps: dict[str, list[str]] = {}
    for group in groups:
        apps.setdefault(_package(group[0]), []).extend(group)
    lines: list[str] = []
    for label, targets in apps.items():
        homes = [home for home in (f"{label}", f"src/{label}") if (folder / home).is_dir()]
        migrations = f"{homes[0]}/migrations" if homes else f"migrations/{label}"
        key = label if label.isascii() else toml_string(label)
        lines += [
            "",
            f"[apps.{key}]",
            _metadata_line(dict.fromkeys(targets)),
            f"migrations = {toml_string(migrations)}",
        ]
    return lines


def _metadata_line(targets: Sequence[str] | Mapping[str, None]) -> str:
    texts = [toml_string(target) for target in targets]
    return f"metadata = {texts[0] if len(texts) == 1 else '[' + ', '.join(texts) + ']'}"


def _content(before: bytes | None, lines: Sequence[str]) -> bytes:
    """The whole new text: what was there, byte for byte, a blank line, and the new table in the same line ends."""
    if before is None:
        return ("\n".join(lines) + "\n").encode()
    lines = ["[tool.minimig]", *(f"[tool.minimig.{line[1:]}" if line.startswith("[") else line for line in lines)]
    end = "\r\n" if b"\r\n" in before else "\n"
    gap = "" if not before.strip() else end if before.endswith(b"\n") else end * 2
    return before + (gap + end.join(lines) + end).encode()


def _check(config: Path, content: bytes) -> tuple[Path, ...]:
    """Read the new configuration as any command will; returns its migrations folders."""
    try:
        values = tomllib.loads(content.decode("utf-8-sig"))
        values = values["tool"]["minimig"] if config.name == "pyproject.toml" else values
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"a table [tool.minimig] cannot be added at the end of this file: {error}",
            where=str(config),
            hint="write `tool` as [tool.NAME] tables instead of one inline table",
        ) from error
    settings = settings_from(values, config, environ={}, overrides={})
    for app in settings.apps.values():
        for path in (app.migrations, *app.migrations.parents):
            if path.exists() and not path.is_dir():
                raise ConfigError(
                    f"the migrations folder of {app.label} cannot be created: a file is in the way", where=str(path)
                )
    return tuple(app.migrations for app in settings.apps.values())


def _neighbours(folder: Path) -> list[str]:
    """Remarks on what else is there: Alembic, and a configuration further up."""
    notes = [
        f"{name} found: histories of Alembic cannot be imported yet"
        for name in ("alembic.ini", "migrations/alembic.ini")
        if (folder / name).exists()
    ]
    above = [path for parent in folder.parents for path in (parent / "minimig.toml", parent / "pyproject.toml")]
    # Looked at as bytes only: whether a file up there is valid is no concern of this folder.
    for path in above:
        if path.is_file() and (path.name == "minimig.toml" or b"[tool.minimig" in path.read_bytes()):
            notes.append(f"{path} configures minimig too; in this folder the new file counts")
            break
    return notes


def _package(target: str) -> str:
    return target.partition(":")[0].partition(".")[0]


def _placeholder(folder: Path) -> str:
    return f"{folder.name if folder.name.isidentifier() else 'app'}.models:Base"
