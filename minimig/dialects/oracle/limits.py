"""What Oracle refuses. Tables, indexes and constraints have a namespace each, and a key has an index of its name."""

from __future__ import annotations

from minimig.dialects.limits import Limits, Namespace

LIMITS = Limits(
    (
        Namespace(frozenset({"table", "view", "sequence"})),
        Namespace(frozenset({"index", "unique", "primary_key"})),
        Namespace(frozenset({"unique", "primary_key", "foreign_key", "check"})),
    ),
    several_identities=False,
)
