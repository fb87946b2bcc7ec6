"""The items of an array are of another type.

Alembic: detects (A-AUT-04, A-AUT-33)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("marks", sa.ARRAY(sa.BigInteger)))
