"""A unique constraint is checked at the end of a transaction.

Alembic: does not (A-AUT-12)
SQLite: checks every unique constraint at once, and the word is left out
MariaDB: checks every unique constraint at once, and the word is left out
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "lines",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("place", sa.Integer),
    sa.UniqueConstraint("place", name="uq_lines", deferrable=True, initially="DEFERRED"),
)
