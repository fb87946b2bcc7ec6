"""A table has another name; what is named after it and the foreign key to it follow.

Alembic: does not; it drops and adds (A-AUT-27, A-PAIN-04)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "accounts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80), index=True)
)
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.ForeignKey("accounts.id", name="fk_posts_author")),
)
renames = {"users": "accounts"}
