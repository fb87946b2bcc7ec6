"""A server default is the other truth value.

Alembic: optional (A-AUT-19)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("live", sa.Boolean, nullable=False, server_default=sa.true()),
)
