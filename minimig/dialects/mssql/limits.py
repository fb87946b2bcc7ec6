"""What SQL Server refuses. Constraints are objects of the schema, as tables are; indexes are the table's."""

from __future__ import annotations

from minimig.dialects.limits import Limits, Namespace, stored_only

LIMITS = Limits(
    (
        Namespace(frozenset({"table", "view", "sequence", "unique", "primary_key", "foreign_key", "check"})),
        Namespace(frozenset({"index", "unique", "primary_key"}), per_table=True),
    ),
    computed_keys=stored_only,
    several_identities=False,
)
