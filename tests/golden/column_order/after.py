"""Columns stand in another order in the models, which is no change: a new column comes last in a live table.

Alembic: does not (A-AUT-01)
SQLite: the order of columns is no difference
PostgreSQL: the order of columns is no difference
MariaDB: the order of columns is no difference
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("born", sa.Date),
    sa.Column("email", sa.String(80)),
)
