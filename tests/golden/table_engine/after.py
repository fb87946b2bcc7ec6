"""A table of MySQL is kept by another engine.

Alembic: does not (A-AUT-27)
SQLite: not for this database
PostgreSQL: not for this database
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "logs", metadata, sa.Column("id", sa.Integer, primary_key=True), mysql_engine="MyISAM", mariadb_engine="MyISAM"
)
