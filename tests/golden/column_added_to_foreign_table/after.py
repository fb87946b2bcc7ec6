"""A column that is a foreign key comes, with its index.

Alembic: detects (A-AUT-01, A-AUT-08, A-AUT-15)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.ForeignKey("users.id", name="fk_posts_author"), index=True),
)
