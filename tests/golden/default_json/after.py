"""A server default is JSON.

Alembic: optional, and then the run ends with an error on PostgreSQL (A-AUT-20)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("data", sa.JSON, server_default='{"a": [1, null]}'),
)
