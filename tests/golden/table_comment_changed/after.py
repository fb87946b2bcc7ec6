"""The comment of a table is another one.

Alembic: detects (A-AUT-23)
SQLite: has no comments
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), comment="who may log in")
