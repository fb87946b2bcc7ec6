import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("email", sa.String(80), nullable=False))
