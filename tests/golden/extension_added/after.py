"""An extension of PostgreSQL comes.

Alembic: does not (A-AUT-27)
SQLite: has no extensions
MariaDB: has no extensions
"""

import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
objects.extension(metadata, "citext")
