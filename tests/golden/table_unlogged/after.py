"""A table of PostgreSQL is UNLOGGED.

Alembic: does not (A-AUT-27)
SQLite: has no such tables
MariaDB: has no such tables
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("sessions", metadata, sa.Column("id", sa.Integer, primary_key=True), prefixes=["UNLOGGED"])
