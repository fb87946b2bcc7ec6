"""The database no longer numbers an integer key by itself.

Alembic: does not (A-AUT-27, A-PAIN-28)
SQLite: numbers every INTEGER PRIMARY KEY, whatever the models say
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
