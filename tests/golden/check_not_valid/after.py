"""A CHECK of PostgreSQL holds for new rows only: NOT VALID.

Alembic: does not (A-AUT-17)
SQLite: not for this database
MariaDB: not for this database
PostgreSQL: whether a constraint was ever validated is not read
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("price", sa.Integer),
    sa.CheckConstraint("price > 0", name="ck_items_price", postgresql_not_valid=True),
)
