"""What an env file or a plugin works with: `from minimig.hooks import ...`; docs/howto/hooks.md shows each of them."""

from minimig.autogenerate.hooks import SCHEMA_RULES, ComparedColumn, Hooks
from minimig.autogenerate.rewriting import rewrite
from minimig.autogenerate.rules.order import RULES
from minimig.environment import Environment
from minimig.revisions.migration import NewMigration
from minimig.state.values import Reference

__all__ = ["RULES", "SCHEMA_RULES", "ComparedColumn", "Environment", "Hooks", "NewMigration", "Reference", "rewrite"]
