"""The columns of a unique constraint stand in another order.

Alembic: does not (A-AUT-12)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "tags",
    metadata,
    sa.Column("word", sa.String(20)),
    sa.Column("language", sa.String(2)),
    sa.UniqueConstraint("language", "word", name="uq_tags"),
)
