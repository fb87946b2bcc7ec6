"""A text becomes an enum.

Alembic: detects; the statement fails on PostgreSQL (A-AUT-25)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Enum("draft", "live", name="state")),
)
