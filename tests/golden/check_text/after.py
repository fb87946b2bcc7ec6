"""A CHECK says something else under the same name.

Alembic: does not (A-AUT-17)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("price", sa.Integer),
    sa.CheckConstraint("price BETWEEN 1 AND 100", name="ck_items_price"),
)
