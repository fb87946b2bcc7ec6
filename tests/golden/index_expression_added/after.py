"""An index over an expression comes.

Alembic: detects on PostgreSQL, skips it on SQLite (A-AUT-09, A-AUT-11)
MariaDB: has no indexes over expressions
"""

import sqlalchemy as sa

metadata = sa.MetaData()
users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80)))
sa.Index("ix_users_email", sa.func.lower(users.c.email))
