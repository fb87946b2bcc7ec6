"""A key of SQLite never gives a number twice: AUTOINCREMENT.

Alembic: does not (A-AUT-27)
PostgreSQL: not for this database
MariaDB: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)
