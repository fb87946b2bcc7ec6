"""A key is no longer numbered by GENERATED AS IDENTITY.

Alembic: optional (A-AUT-21)
SQLite: has no identity columns; the key is numbered in its own way
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
