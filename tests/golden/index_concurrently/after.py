"""An index of PostgreSQL is to be made without keeping writers out.

Alembic: by hand (A-DIA-07, A-PAIN-22)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.String(40)),
    sa.Index("ix_posts_slug", "slug", postgresql_concurrently=True),
)
