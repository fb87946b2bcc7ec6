"""A column has another name; the index named after it and the CHECK that speaks of it follow.

Alembic: does not; it drops and adds (A-AUT-27, A-PAIN-04)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("handle", sa.String(40), index=True),
    sa.CheckConstraint("handle <> ''", name="ck_users_named"),
)
renames = {"users.nick": "handle"}
