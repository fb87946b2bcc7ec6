"""A NOT NULL column comes to a table that may have rows: a value for them is asked for.

Alembic: detects; the statement fails where there are rows (A-AUT-51)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80), nullable=False),
)
fills = {"users.email": "''"}
