"""SQLite: it keeps what it was told, word for word, and so little of it counts that there is little to do.

Reported are types as declared (SQLAlchemy maps those it does not know by SQLite's affinity rules), expressions as
written and names of constraints. There are no comments and no identity, and a column that numbers itself looks like
any other.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.dialects.normalizer import Normalizer
from minimig.dialects.sqlite.tokens import without_qualifier
from minimig.state.parts import CheckState, ConstraintState, Options
from minimig.state.raw_type import RawType
from minimig.state.tables import TableState

_COLLATION = re.compile(r' COLLATE ("[^"]*"|\w+)')


class SQLiteNormalizer(Normalizer):
    """SQLite's spelling."""

    supports_comments: ClassVar[bool] = False
    rewrites_expressions: ClassVar[bool] = False

    @property
    def default_schema(self) -> str:
        return "main"

    def table(self, table: TableState) -> TableState:
        """A CHECK may name its table before a column; a rebuild leaves that out, because it changes nothing."""
        spelled = super().table(table)
        bare = {name: _unqualified(constraint, table.name) for name, constraint in spelled.constraints.items()}
        return replace(spelled, constraints=bare)

    def type_synonym(self, text: str, type_: TypeEngine[Any]) -> str:
        """The type that SQLAlchemy will read back from this text; the collation is not part of what is reported."""
        if isinstance(type_, RawType) and not text:
            return text
        dialect: Any = self.dialect
        declared = _COLLATION.sub("", text).upper()
        # Nothing public knows which words survive: POINT comes back as NUMERIC.
        read_back: TypeEngine[Any] = dialect._resolve_type_affinity(declared)  # noqa: SLF001
        return "" if isinstance(read_back, sa.types.NullType) else read_back.compile(dialect=self.dialect)

    def counts(self, column: sa.Column[Any], built: sa.Table) -> bool:
        return False

    def table_options(self, options: Options) -> Options:
        return ()


def _unqualified(constraint: ConstraintState, table: str) -> ConstraintState:
    if not isinstance(constraint, CheckState):
        return constraint
    text = without_qualifier(constraint.expression.text, table)
    return replace(constraint, expression=replace(constraint.expression, text=text))
