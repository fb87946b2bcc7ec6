"""A column that foreign keys point to has another name.

Alembic: does not; it drops and adds (A-AUT-27, A-PAIN-04)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("user_id", sa.Integer, primary_key=True))
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.Integer, sa.ForeignKey("users.user_id", name="fk_posts_author")),
)
renames = {"users.id": "user_id"}
