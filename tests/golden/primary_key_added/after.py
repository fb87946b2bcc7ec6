"""A table gets a primary key.

Alembic: does not (A-AUT-27)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("email", sa.String(80), primary_key=True))
