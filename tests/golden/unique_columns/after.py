"""A unique constraint has one column more.

Alembic: detects (A-AUT-12)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "tags",
    metadata,
    sa.Column("word", sa.String(20)),
    sa.Column("language", sa.String(2)),
    sa.UniqueConstraint("word", "language", name="uq_tags"),
)
