"""A floating number is kept in double precision.

Alembic: detects (A-AUT-04)
MariaDB: takes REAL for DOUBLE
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("rank", sa.Double))
