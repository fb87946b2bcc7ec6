"""A table of SQLite is kept WITHOUT ROWID.

Alembic: does not (A-AUT-27)
PostgreSQL: not for this database
MariaDB: not for this database
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
