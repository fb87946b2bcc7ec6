"""A table comes in a schema that is not there yet.

Alembic: does not create the schema (A-AUT-27)
SQLite: a schema is a file of its own there, and none was attached
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="people")
not_tried = {"mariadb": "a schema is a database of its own there"}
