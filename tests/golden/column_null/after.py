"""A column may be NULL from now on; its default and comment stay.

Alembic: detects (A-AUT-03)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80), server_default="none", comment="where to write to"),
)
