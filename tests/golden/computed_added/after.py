"""A computed column comes.

Alembic: detects (A-AUT-22)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("price", sa.Integer),
    sa.Column("twice", sa.Integer, sa.Computed("price * 2", persisted=True)),
)
