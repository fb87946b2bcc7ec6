"""What PostgreSQL refuses. Whatever has an index of its own shares a namespace with tables (`pg_class`)."""

from __future__ import annotations

from minimig.dialects.limits import Limits, Namespace, stored_only

LIMITS = Limits(
    (
        Namespace(frozenset({"table", "view", "sequence", "index", "unique", "primary_key", "exclude"})),
        Namespace(frozenset({"unique", "primary_key", "exclude", "foreign_key", "check"}), per_table=True),
    ),
    computed_keys=stored_only,
)
