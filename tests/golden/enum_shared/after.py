"""Two tables come to use one new enum type.

Alembic: detects; the statements fail on PostgreSQL (A-AUT-25)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
STATE = sa.Enum("draft", "live", name="state")
sa.Table("pages", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", STATE))
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", STATE))
