"""A CHECK comes.

Alembic: optional (A-AUT-17)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("price", sa.Integer),
    sa.CheckConstraint("price > 0", name="ck_items_price"),
)
