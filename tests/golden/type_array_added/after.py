"""A column for one value becomes one for many.

Alembic: detects; PostgreSQL then wants USING (A-AUT-04)
SQLite: has no arrays
MariaDB: has no arrays
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("tags", sa.ARRAY(sa.String(20))))
