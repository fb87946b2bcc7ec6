"""A primary key becomes a big integer, and so do the foreign keys to it.

Alembic: detects; the order is left to chance (A-AUT-04)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True))
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.BigInteger, sa.ForeignKey("users.id", name="fk_posts_author")),
)
