"""A unique constraint becomes a unique index.

Alembic: detects (A-AUT-13)
MariaDB: keeps every unique constraint as a unique index
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80)),
    sa.Index("uq_users_email", "email", unique=True),
)
