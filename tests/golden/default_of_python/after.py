"""A default that Python fills in is no part of the schema.

Alembic: does not, which is right (A-AUT-19)
SQLite: is no affair of the database
PostgreSQL: is no affair of the database
MariaDB: is no affair of the database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.Integer, default=0))
