"""A column of MySQL is written anew on each update.

Alembic: optional (A-AUT-19, A-DIA-13)
SQLite: has no ON UPDATE
PostgreSQL: has no ON UPDATE
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("touched", mysql.TIMESTAMP, server_default=sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
)
