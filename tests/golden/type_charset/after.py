"""A text of MySQL has a character set of its own.

Alembic: detects (A-AUT-06)
SQLite: not for this database
PostgreSQL: not for this database
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData()
SLUG = sa.String(80).with_variant(mysql.VARCHAR(80, charset="ascii"), "mysql", "mariadb")
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("slug", SLUG))
