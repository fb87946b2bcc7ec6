import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("touched", mysql.TIMESTAMP, server_default=sa.text("CURRENT_TIMESTAMP")),
)
