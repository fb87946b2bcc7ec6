"""A partial index is about other rows.

Alembic: does not (A-AUT-10, A-PAIN-12)
MariaDB: has no partial indexes; there the index is about all rows
"""

import sqlalchemy as sa

metadata = sa.MetaData()
posts = sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.Integer))
sa.Index("ix_posts_views", posts.c.views, postgresql_where=posts.c.views > 9, sqlite_where=posts.c.views > 9)
