"""An index of PostgreSQL has an operator class.

Alembic: does not (A-AUT-10)
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
    sa.Index("ix_posts_slug", "slug", postgresql_ops={"slug": "varchar_pattern_ops"}),
)
