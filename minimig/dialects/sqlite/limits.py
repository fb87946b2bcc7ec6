"""What SQLite refuses. Its constraints have no namespace at all: two may have one name."""

from __future__ import annotations

from minimig.dialects.limits import Limits, Namespace, never

LIMITS = Limits((Namespace(frozenset({"table", "view", "index"})),), computed_keys=never)
