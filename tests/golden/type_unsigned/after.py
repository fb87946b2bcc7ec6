"""A number of MySQL is never negative.

Alembic: detects (A-AUT-04)
SQLite: not for this database
PostgreSQL: not for this database
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData()
NATURAL = sa.Integer().with_variant(mysql.INTEGER(unsigned=True), "mysql", "mariadb")
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", NATURAL))
