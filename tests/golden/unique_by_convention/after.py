"""A unique constraint without a name is called as the naming convention has it.

Alembic: detects (A-AUT-12)
"""

import sqlalchemy as sa

metadata = sa.MetaData(naming_convention={"uq": "unique_%(table_name)s_%(column_0_name)s"})
sa.Table(
    "users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80), unique=True)
)
