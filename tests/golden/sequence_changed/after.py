"""A sequence goes in other steps.

Alembic: does not (A-AUT-27)
SQLite: has no sequences
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("orders", metadata, sa.Column("id", sa.Integer, primary_key=True))
sa.Sequence("order_numbers", increment=10, metadata=metadata)
