"""A column goes, and the index on it.

Alembic: detects (A-AUT-01)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
