"""An enum that is a text with a CHECK gets a label.

Alembic: does not (A-AUT-26)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
STATE = sa.Enum("draft", "live", "gone", name="ck_state", native_enum=False, create_constraint=True, length=20)
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", STATE))
