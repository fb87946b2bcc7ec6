"""Spell a state as a database would report it, so that comparing is `==`.

Models say `sa.String(80)`, a database reports `VARCHAR(80)`; models say `Boolean`, MySQL reports `TINYINT(1)`; long names
come back shortened. Both sides go through the same normalizer before they are compared, instead of every comparison
knowing every dialect's habits (Alembic has a compare method per subject and dialect; atlas normalizes, as we do).
"""

from __future__ import annotations


import sqlalchemy as sa

from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


class Normalizer:
    """The spelling that most databases share. `normalize(normalize(s)) == normalize(s)` must hold."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = dialect

    def normalize(self, state: SchemaState) -> SchemaState:
        """The whole schema in the database's spelling."""
        return SchemaState.of(self.table(table) for table in state.tables.values())

    def table(self, table: TableState) -> TableState:
        """One table in the database's spelling."""
        return table
