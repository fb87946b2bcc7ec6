"""A table of MySQL has another character set.

Alembic: does not (A-AUT-27)
SQLite: not for this database
PostgreSQL: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "logs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("line", sa.String(80)),
    mysql_charset="utf8mb4",
    mariadb_charset="utf8mb4",
)
