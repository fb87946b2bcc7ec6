"""An enum type has another name.

Alembic: does not (A-AUT-25)
SQLite: has no enum types
MariaDB: its enums have no name
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Enum("draft", "live", name="post_state")),
)
