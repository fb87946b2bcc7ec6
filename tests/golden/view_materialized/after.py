"""A materialized view shows something else.

Alembic: does not (A-PAIN-18)
SQLite: not for this database
MariaDB: not for this database
"""

import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.Integer))
objects.view(metadata, "popular", {"postgresql": "SELECT id FROM posts WHERE views > 200"}, materialized=True)
