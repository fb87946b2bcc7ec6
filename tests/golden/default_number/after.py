"""A server default is another number.

Alembic: optional (A-AUT-19)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("views", sa.Integer, server_default=sa.text("-1")),
)
