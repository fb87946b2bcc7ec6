"""The columns of the primary key stand in another order.

Alembic: does not (A-AUT-27)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "tags",
    metadata,
    sa.Column("word", sa.String(20)),
    sa.Column("language", sa.String(2)),
    sa.PrimaryKeyConstraint("language", "word", name="pk_tags"),
)
