import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("logs", metadata, sa.Column("line", sa.String(80), primary_key=True))
