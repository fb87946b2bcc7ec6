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
    """The operations of a revision file are needed: it was `executed` for them, or they were kept from another time."""

    migration: Migration
    executed: bool = True
