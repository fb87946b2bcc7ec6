"""An index of MySQL is for full-text search.

Alembic: does not (A-AUT-10)
SQLite: not for this database
PostgreSQL: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(200)),
    sa.Index("ix_posts_title", "title", mysql_prefix="FULLTEXT", mariadb_prefix="FULLTEXT"),
)
