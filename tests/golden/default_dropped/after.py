"""A server default goes.

Alembic: optional (A-AUT-19)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mood", sa.String(20), nullable=False),
)
