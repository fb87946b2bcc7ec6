"""An index that a foreign key of MySQL needs goes.

Alembic: detects; the statement fails on MySQL (A-AUT-14, A-PAIN-26)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.Integer, sa.ForeignKey("users.id", name="fk_posts_author")),
)
