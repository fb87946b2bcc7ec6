"""A column is unique, without a name for that.

Alembic: detects; the way down cannot run (A-AUT-12, A-AUT-29)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80), unique=True)
)
