"""An index has NULL at the other end.

Alembic: detects on PostgreSQL (A-AUT-09)
SQLite: has no NULLS LAST in an index
MariaDB: has no NULLS LAST
"""

import sqlalchemy as sa

metadata = sa.MetaData()
posts = sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.Integer))
sa.Index("ix_posts_views", posts.c.views.desc().nulls_last())
