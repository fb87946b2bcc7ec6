"""A moment of MySQL is kept with its microseconds.

Alembic: detects (A-AUT-04)
SQLite: not for this database
PostgreSQL: not for this database
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData()
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("at", MOMENT))
