"""A computed column becomes one that people fill in.

Alembic: warns only (A-AUT-22)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("price", sa.Integer),
    sa.Column("twice", sa.Integer),
)
