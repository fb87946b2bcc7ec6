"""A table loses its primary key.

Alembic: does not (A-AUT-27)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("logs", metadata, sa.Column("line", sa.String(80), nullable=False))
