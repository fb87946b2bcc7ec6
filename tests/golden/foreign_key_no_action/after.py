"""A foreign key says NO ACTION, which is what it means without a word.

Alembic: detects no change, which is right (A-AUT-15)
SQLite: both are the same there
PostgreSQL: both are the same there
MariaDB: both are the same there
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.Integer, sa.ForeignKey("users.id", name="fk_posts_author", ondelete="NO ACTION")),
)
