"""A table of PostgreSQL is UNLOGGED.

Alembic: does not (A-AUT-27)
SQLite: has no such tables
PostgreSQL: what stands between CREATE and TABLE is not read
MariaDB: has no such tables
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("sessions", metadata, sa.Column("id", sa.Integer, primary_key=True), prefixes=["UNLOGGED"])
