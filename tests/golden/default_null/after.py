"""A server default says NULL, which is what a column without one has anyway.

Alembic: optional (A-AUT-19)
SQLite: both are the same there
PostgreSQL: both are the same there
MariaDB: both are the same there
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mood", sa.String(20), server_default=sa.null()),
)
