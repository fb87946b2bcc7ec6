"""A unique index of PostgreSQL lets NULL in only once.

Alembic: detects (A-AUT-09)
SQLite: not for this database
MariaDB: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.String(40)),
    sa.Index("ix_posts_slug", "slug", unique=True, postgresql_nulls_not_distinct=True),
)
