"""A sequence comes.

Alembic: does not (A-AUT-27, A-PAIN-28)
SQLite: has no sequences
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("orders", metadata, sa.Column("id", sa.Integer, primary_key=True))
sa.Sequence("order_numbers", start=1000, metadata=metadata)
