"""A foreign key is checked at the end of a transaction.

Alembic: detects (A-AUT-15)
MariaDB: checks every key at once, and the word is left out
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "author_id",
        sa.Integer,
        sa.ForeignKey("users.id", name="fk_posts_author", deferrable=True, initially="DEFERRED"),
    ),
)
