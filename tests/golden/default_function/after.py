"""A server default is computed by the database.

Alembic: optional (A-AUT-19)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, server_default=sa.func.now()),
)
