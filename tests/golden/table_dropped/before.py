import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("logs", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("line", sa.String(80), index=True))
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
