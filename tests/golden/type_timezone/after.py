"""A moment has a time zone.

Alembic: detects (A-AUT-04)
SQLite: keeps a moment as text and has no type for one with a time zone
MariaDB: has no type for a moment with a time zone
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("at", sa.DateTime(timezone=True)))
