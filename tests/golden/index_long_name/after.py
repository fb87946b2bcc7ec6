"""An index has a name that is too long for some databases.

Alembic: detects (A-AUT-08)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(80)),
    sa.Index("ix_users_whose_email_address_was_confirmed_by_clicking_on_the_link", "email"),
)
