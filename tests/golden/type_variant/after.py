"""A variant of a type says something else for one dialect alone.

Alembic: detects (A-AUT-07)
PostgreSQL: not for this database
MariaDB: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
TITLE = sa.String(80).with_variant(sa.String(100), "sqlite")
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", TITLE))
