"""A column is no longer a foreign key.

Alembic: detects (A-AUT-15)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("author_id", sa.Integer))
