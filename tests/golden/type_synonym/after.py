"""A type has another word for the same thing: the files follow the models, a database has nothing to see but where it keeps the very word.

Alembic: detects no change, which is right (A-AUT-05)
PostgreSQL: both are the same there
MariaDB: both are the same there
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("price", sa.DECIMAL(8, 2)))
