"""What happens while a database is migrated, besides the `events` of a run."""

from __future__ import annotations

from dataclasses import dataclass

from minimig.operations.base import Operation
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.identifiers import Target
from minimig.runtime.journal import Note
from minimig.runtime.plan import Plan, Step
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied
from minimig.runtime.rows import RowChange
from minimig.runtime.segments import Segment
from minimig.stages import Stage


@dataclass(frozen=True)
class HistoryRead(Stage):
    """The version table says which revisions the database has had."""

    table: str
    rows: tuple[Applied, ...]


@dataclass(frozen=True)
class Planned(Stage):
    """The steps from what is applied to a target."""

    graph: MigrationGraph
    applied: frozenset[str]
    target: Target
    plan: Plan


@dataclass(frozen=True)
class StepsPrepared(Stage):
    """Each step has its operations, and the schema before and after each of them."""

    steps: tuple[PreparedStep, ...]


@dataclass(frozen=True)
class Rehearsed(Stage):
    """All operations were said in the words of a dialect, and nothing was sent."""

    steps: tuple[PreparedStep, ...]
    dialect: str


@dataclass(frozen=True)
class VersionTableWanted(Stage):
    """A row is going to be written: the version table is made where it is not there, or gets what it lacks."""

    table: str


@dataclass(frozen=True)
class ScriptBegun(Stage):
    """The statements of a step are about to be written down; nothing is connected to."""

    step: Step
    dialect: str


@dataclass(frozen=True)
class StepCut(Stage):
    """How a step is carried out: as one transaction (`single`), or segment by segment with a journal."""

    step: Step
    segments: tuple[Segment, ...]
    single: bool
    transactional_ddl: bool


@dataclass(frozen=True)
class OperationBegun(Stage):
    """The operation at a position of a step has its turn."""

    step: Step
    position: int
    operation: Operation


@dataclass(frozen=True)
class NotesFound(Stage):
    """The journal holds what an earlier run, which was interrupted, did of a step."""

    notes: tuple[Note, ...]


@dataclass(frozen=True)
class NotesWritten(Stage):
    """The journal was told how far a step has come."""

    notes: tuple[Note, ...]


@dataclass(frozen=True)
class RowWritten(Stage):
    """A row of the version table comes, or goes, in the transaction that is open."""

    change: RowChange
