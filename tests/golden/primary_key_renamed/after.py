"""The primary key has another name.

Alembic: does not (A-AUT-27)
SQLite: the name of a primary key is not looked at
MariaDB: calls every primary key PRIMARY
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("tags", metadata, sa.Column("word", sa.String(20)), sa.PrimaryKeyConstraint("word", name="pk_tags"))
