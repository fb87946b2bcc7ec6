"""A table of PostgreSQL gets a storage parameter.

Alembic: does not (A-AUT-27)
SQLite: not for this database
MariaDB: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("counters", metadata, sa.Column("id", sa.Integer, primary_key=True), postgresql_with={"fillfactor": 70})
