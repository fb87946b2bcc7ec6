"""A unique constraint of SQLite says what happens to a row that violates it.

Alembic: does not (A-AUT-12)
PostgreSQL: not for this database
MariaDB: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80)),
    sa.UniqueConstraint("email", name="uq_users_email", sqlite_on_conflict="IGNORE"),
)
