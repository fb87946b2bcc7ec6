"""The longest label of an enum that is a text grows.

Alembic: detects (A-AUT-26)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
STATE = sa.Enum("draft", "live", "withdrawn", name="state", native_enum=False)
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", STATE))
