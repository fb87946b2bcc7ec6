"""A column has another type, and a default that only fits the new one.

Alembic: optional (A-AUT-04, A-AUT-19)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mood", sa.String(20), nullable=False, server_default="fine"),
)
