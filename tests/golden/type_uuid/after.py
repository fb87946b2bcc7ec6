"""A text becomes a UUID.

Alembic: detects (A-AUT-04)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("token", sa.Uuid))
