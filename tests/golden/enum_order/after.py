"""The labels of an enum stand in another order, in which the database sorts them.

Alembic: does not (A-AUT-24, A-AUT-25)
SQLite: keeps an enum as text, and sorts it as text
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Enum("live", "draft", name="state")),
)
