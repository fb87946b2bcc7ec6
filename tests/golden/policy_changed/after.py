"""An object of a sort that minimig does not know, here a policy, says something else.

Alembic: does not (A-PAIN-18)
SQLite: not for this database
PostgreSQL: what is not known cannot be read from a database
MariaDB: not for this database
"""

import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True))
objects.custom(
    metadata,
    "policy",
    "own_posts",
    create={"postgresql": "CREATE POLICY own_posts ON posts USING (id > 1)"},
    drop={"postgresql": "DROP POLICY own_posts ON posts"},
)
