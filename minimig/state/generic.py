"""The dialect that SQL text is spelled in while no database is meant.

It is SQLAlchemy's default dialect with two words more: `true` and `false`, which every database here but SQL Server
reads, and `NEXT VALUE FOR` a sequence, which is standard SQL.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import SQLCompiler


class GenericCompiler(SQLCompiler):
    """Spells what SQLAlchemy's own default compiler refuses."""

    def visit_sequence(self, sequence: sa.Sequence, **_: Any) -> str:
        """The next value of a sequence."""
        return f"NEXT VALUE FOR {self.preparer.format_sequence(sequence)}"


class GenericDialect(DefaultDialect):
    """Spells SQL that belongs to no database."""

    statement_compiler = GenericCompiler
    supports_native_boolean = True
