"""A column becomes NOT NULL: rows that hold NULL get the value that was asked for.

Alembic: detects; the statement fails where a row holds NULL (A-AUT-03)
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
