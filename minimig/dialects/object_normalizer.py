"""Spell objects beside the tables as a database would report them: the part of a normalizer that is not about tables.

Nothing of a kind that the database lacks is left; names of the default schema lose it; what was not said about a
sequence is what the database makes of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import sqlalchemy as sa

from minimig.dialects.sequences import SequenceRules
from minimig.dialects.spelling import Spelling
from minimig.state.objects import (
    CustomState,
    DefinedState,
    NamespaceState,
    ObjectState,
    SequenceState,
    TriggerState,
    ViewState,
)


class ObjectNormalizer:
    """The spelling that most databases share."""

    object_kinds: ClassVar[tuple[type[ObjectState], ...]] = (ViewState, TriggerState, CustomState)
    """The kinds of objects that the database has."""

    materializes_views: ClassVar[bool] = False
    """Whether it has materialized views."""

    sequences: ClassVar[SequenceRules] = SequenceRules()
    """How the database completes the options of a sequence."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self.spelling = Spelling(dialect)
        self.dialect = self.spelling.dialect

    def schema(self, schema: str | None) -> str | None:
        """None for the default schema."""
        return None if schema == self.default_schema else schema

    @property
    def default_schema(self) -> str | None:
        """The schema of tables that name none; known once the dialect has been connected."""
        return self.dialect.default_schema_name

    def object(self, item: ObjectState) -> ObjectState | None:
        """One object as this database has it; None where it has no such thing."""
        if not isinstance(item, self.object_kinds):
            return None
        if isinstance(item, DefinedState) and item.definition.on(self.dialect.name) is None:
            return None
        if isinstance(item, ViewState) and item.materialized and not self.materializes_views:
            return None
        if isinstance(item, NamespaceState) and item.name == self.default_schema:
            return None
        schema = self.schema(item.schema)
        item = item if schema == item.schema else replace(item, schema=schema)
        return self.sequence(item) if isinstance(item, SequenceState) else item

    def sequence(self, item: SequenceState) -> SequenceState | None:
        """A sequence with all its options; None for one that this database has no use for."""
        if not self.dialect.supports_sequences or (
            dict(item.options).get("optional") and self.dialect.sequences_optional
        ):
            return None
        return replace(item, options=tuple(sorted(self.sequences.complete(item.options).items())))
