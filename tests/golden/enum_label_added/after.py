"""An enum gets a label between two others.

Alembic: does not on PostgreSQL, detects on MySQL (A-AUT-24, A-AUT-25)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Enum("draft", "review", "live", name="state")),
)
