"""A column goes and one like it comes, which is no rename: that is told in advance.

Alembic: detects (A-AUT-01)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("phone", sa.String(40)))
drops = ["users.fax"]
