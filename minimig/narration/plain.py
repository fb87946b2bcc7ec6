"""What a stage holds, for programs: each event as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from minimig.config import Settings
from minimig.masking import mask_text
from minimig.operations.base import Operation
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.recorder import Applied
from minimig.stages import Stage
from minimig.state.schema import SchemaState

FORMAT = 1
"""The version of the shape; it grows when a name goes or means something else."""


def json_line(stage: Stage, lesson: Mapping[str, Any]) -> str:
    """An event: its kind, what is said of it, and its fields."""
    told = {field.name: plain(getattr(stage, field.name)) for field in fields(stage)}
    return mask_text(json.dumps({"format": FORMAT, "event": type(stage).__name__, **lesson, "data": told}))


def plain(value: Any) -> Any:
    """A value as JSON has it: what has a name by that, a schema by the names in it, anything else by its parts."""
    for kind, say in _SAY:
        if isinstance(value, kind):
            return say(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(plain(each)) for each in value)
    if isinstance(value, Collection):
        return [plain(each) for each in value]
    return str(value)


def _graph(graph: MigrationGraph) -> dict[str, Any]:
    return {"order": [{"revision": revision, "after": list(graph.parents(revision))} for revision in graph.order()]}


def _step(prepared: PreparedStep) -> dict[str, Any]:
    operations = [move.operation.describe() for move in prepared.moves]
    return {"revision": prepared.step.revision, "direction": str(prepared.step.direction), "operations": operations}


def _settings(settings: Settings) -> dict[str, Any]:
    return {"source": str(settings.source), "apps": list(settings.apps), "database": settings.database}


_SAY: tuple[tuple[Any, Any], ...] = (
    (Enum, lambda value: value.value),
    ((str, int, float, bool, type(None)), lambda value: value),
    (Path, str),
    (Operation, lambda operation: operation.describe()),
    ((Header, Migration, Applied), lambda named: named.revision),
    (SchemaState, lambda state: {"tables": list(state.tables), "objects": list(state.objects)}),
    (MigrationGraph, _graph),
    (PreparedStep, _step),
    (Settings, _settings),
)
