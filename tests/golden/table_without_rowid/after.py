"""A table of SQLite is kept WITHOUT ROWID.

Alembic: does not (A-AUT-27)
PostgreSQL: not for this database
MariaDB: not for this database
SQLite: the options of a table are not read
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "words",
    metadata,
    sa.Column("word", sa.String(30), primary_key=True),
    sa.Column("count", sa.Integer),
    sqlite_with_rowid=False,
)
