"""A text without a limit gets one.

Alembic: does not (A-AUT-04, A-PAIN-12)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(80)))
