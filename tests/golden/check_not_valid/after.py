"""A CHECK of PostgreSQL holds for new rows only: NOT VALID.

Alembic: does not (A-AUT-17)
SQLite: not for this database
MariaDB: not for this database
PostgreSQL: what was validated once may stay so, and CREATE TABLE never leaves a constraint unchecked
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
