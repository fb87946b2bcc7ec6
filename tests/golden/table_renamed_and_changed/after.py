"""A table has another name, one column more and a longer one.

Alembic: does not; it drops and adds (A-AUT-27, A-PAIN-04)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(200), nullable=False),
    sa.Column("born", sa.Date),
)
renames = {"users": "accounts"}
