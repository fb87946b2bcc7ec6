"""A view goes.

Alembic: does not (A-PAIN-18)
SQLite: nobody declares the view any more, and then it is not looked for
PostgreSQL: nobody declares the view any more, and then it is not looked for
MariaDB: nobody declares the view any more, and then it is not looked for
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.Integer))
