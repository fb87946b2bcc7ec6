"""What happens while revision files are read and replayed."""

from __future__ import annotations

from dataclasses import dataclass

from minimig.revisions.graph import MigrationGraph
from minimig.revisions.loader import Migration
from minimig.stages import Stage


@dataclass(frozen=True)
class GraphBuilt(Stage):
    """The headers are linked and sorted."""

    graph: MigrationGraph


@dataclass(frozen=True)
class MigrationLoaded(Stage):
    """A revision file was executed, since its operations are needed."""

    migration: Migration
