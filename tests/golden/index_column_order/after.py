"""The columns of an index stand in another order.

Alembic: detects (A-AUT-08)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("first", sa.String(40)),
    sa.Column("last", sa.String(40)),
    sa.Index("ix_users", "last", "first"),
)
