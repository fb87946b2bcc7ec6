"""A unique constraint of PostgreSQL lets NULL in only once.

Alembic: detects (A-AUT-09)
SQLite: not for this database
MariaDB: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80)),
    sa.UniqueConstraint("email", name="uq_users_email", postgresql_nulls_not_distinct=True),
)
