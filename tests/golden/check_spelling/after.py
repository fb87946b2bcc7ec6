"""A CHECK says the same in another spelling: the files follow the models, a database has nothing to see.

Alembic: does not, which is right (A-AUT-17)
SQLite: says the same
PostgreSQL: says the same
MariaDB: says the same
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("price", sa.Integer),
    sa.CheckConstraint("(price>0)", name="ck_items_price"),
)
