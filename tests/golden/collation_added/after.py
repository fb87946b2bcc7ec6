"""A collation of PostgreSQL comes.

Alembic: does not (A-AUT-27)
SQLite: has no collations of one's own
MariaDB: has no collations of one's own
"""

import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
objects.collation(metadata, "plain", locale="C")
