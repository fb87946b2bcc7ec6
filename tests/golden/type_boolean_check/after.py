"""A truth value gets the CHECK that SQLAlchemy makes where a database has no such type.

Alembic: optional, and then wrong on PostgreSQL (A-AUT-18)
PostgreSQL: has truth values, and needs no CHECK for them
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("live", sa.Boolean(name="ck_posts_live", create_constraint=True)),
)
