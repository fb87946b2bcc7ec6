"""A CHECK goes.

Alembic: optional (A-AUT-17)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("items", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("price", sa.Integer))
