"""Tables come in the order of their foreign keys, whatever the order in the models.

Alembic: detects (A-AUT-02)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "comments",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("post_id", sa.ForeignKey("posts.id", name="fk_comments_post")),
)
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.ForeignKey("users.id", name="fk_posts_author")),
)
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
