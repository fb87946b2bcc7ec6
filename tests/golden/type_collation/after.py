"""A text is sorted in another way.

Alembic: detects (A-AUT-06)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
TITLE = (
    sa.String(80, collation="C")
    .with_variant(sa.String(80, collation="NOCASE"), "sqlite")
    .with_variant(sa.String(80, collation="utf8mb4_bin"), "mysql", "mariadb")
)
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", TITLE))
