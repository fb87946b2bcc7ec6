"""A table loses its comment.

Alembic: detects (A-AUT-23)
SQLite: has no comments
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
