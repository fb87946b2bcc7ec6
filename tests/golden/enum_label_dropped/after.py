"""An enum loses a label.

Alembic: does not on PostgreSQL, detects on MySQL (A-AUT-24, A-AUT-25)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Enum("draft", "live", name="state")),
)
