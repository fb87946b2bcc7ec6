"""A table gets a foreign key to itself.

Alembic: detects (A-AUT-15)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "pages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("parent_id", sa.Integer, sa.ForeignKey("pages.id", name="fk_pages_parent")),
)
