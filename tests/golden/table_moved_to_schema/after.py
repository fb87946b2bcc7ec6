"""A table is declared in another schema: one goes, one comes, and the rows are lost.

Alembic: drops and adds (A-AUT-27)
SQLite: a schema is a file of its own there, and none was attached
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80)),
    schema="people",
)
not_tried = {"mariadb": "a schema is a database of its own there"}
