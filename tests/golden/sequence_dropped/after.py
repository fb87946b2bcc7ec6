"""A sequence goes.

Alembic: does not (A-AUT-27)
SQLite: has no sequences
PostgreSQL: nobody declares the sequence any more, and then it is not looked for
MariaDB: nobody declares the sequence any more, and then it is not looked for
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("orders", metadata, sa.Column("id", sa.Integer, primary_key=True))
