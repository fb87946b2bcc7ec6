"""A domain has another type underneath.

Alembic: does not (A-AUT-25)
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
EMAIL = postgresql.DOMAIN("email", sa.String(80), check="value LIKE '%@%'")
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", EMAIL))
