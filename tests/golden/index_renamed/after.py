"""An index has another name.

Alembic: does not; it drops and adds (A-AUT-08, A-AUT-27)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80)),
    sa.Index("ix_users_email", "email"),
)
