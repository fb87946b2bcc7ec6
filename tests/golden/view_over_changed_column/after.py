"""A column that a view shows has another type.

Alembic: detects; the statement fails on PostgreSQL (A-AUT-04, A-PAIN-18)
"""

import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
posts = sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.BigInteger))
objects.view(metadata, "popular", sa.select(posts.c.id).where(posts.c.views > 100))
