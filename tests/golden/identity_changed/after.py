"""The numbers of an identity column go another way, and nobody may choose one.

Alembic: optional (A-AUT-21)
SQLite: has no identity columns; the key is numbered in its own way
MariaDB: has no identity columns; the key is numbered in its own way
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, sa.Identity(always=True, increment=10), primary_key=True))
