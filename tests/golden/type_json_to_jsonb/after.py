"""JSON is kept as JSONB on PostgreSQL.

Alembic: detects (A-AUT-04)
SQLite: not for this database
MariaDB: not for this database
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
DATA = sa.JSON().with_variant(postgresql.JSONB, "postgresql")
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("data", DATA))
