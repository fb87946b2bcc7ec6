"""A server default is the empty text, which is not the same as none.

Alembic: optional (A-AUT-19)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mood", sa.String(20), server_default=""),
)
