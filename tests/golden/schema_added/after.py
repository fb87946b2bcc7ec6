"""A schema without tables comes.

Alembic: does not (A-AUT-27)
SQLite: has no schemas
"""

import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
objects.schema(metadata, "people")
not_tried = {"mariadb": "a schema is a database of its own there"}
