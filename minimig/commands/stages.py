"""What happens in the commands themselves: a project is opened, its models are read, files are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minimig.autogenerate.partition import Chunk
from minimig.commands.owners import Models
from minimig.config import Settings
from minimig.stages import Stage


@dataclass(frozen=True)
class ProjectOpened(Stage):
    """The configuration is known; nothing else was read yet."""

    settings: Settings


@dataclass(frozen=True)
class FilesCompared(Stage):
    """The files of applied revisions were compared with what the version table recorded of them."""

    revisions: tuple[str, ...]
    edited: tuple[str, ...]


@dataclass(frozen=True)
class ModelsRead(Stage):
    """The models of all apps were imported and are one schema now."""

    models: Models


@dataclass(frozen=True)
class SharedOut(Stage):
    """The operations were shared out among apps: each chunk becomes one revision file."""

    chunks: tuple[Chunk, ...]


@dataclass(frozen=True)
class FileRendered(Stage):
    """The text of a new revision file is made, and was read back to be sure; `depends` says what it comes after."""

    path: Path
    text: str
    depends: tuple[str, ...]


@dataclass(frozen=True)
class FilesWritten(Stage):
    """New files are on disk, all of them or none."""

    paths: tuple[Path, ...]
