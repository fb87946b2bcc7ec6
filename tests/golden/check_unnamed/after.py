"""A CHECK without a name goes: it has one nevertheless.

Alembic: does not (A-AUT-17, A-AUT-29)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("items", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("price", sa.Integer))
