"""A NOT NULL column with a server default comes: nothing is asked.

Alembic: detects (A-AUT-01)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("logins", sa.Integer, nullable=False, server_default="0"),
)
