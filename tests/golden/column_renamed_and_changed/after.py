"""A column has another name and another type.

Alembic: does not; it drops and adds (A-AUT-27, A-PAIN-04)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("handle", sa.String(80)))
renames = {"users.nick": "handle"}
