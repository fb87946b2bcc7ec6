import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
sa.Table("stays", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("days", postgresql.DATERANGE))
