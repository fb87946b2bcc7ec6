"""Another column becomes the primary key, and the old one stays as a unique one.

Alembic: does not (A-AUT-27)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80), nullable=False),
    sa.UniqueConstraint("email", name="uq_users_email"),
)
