import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("sessions", metadata, sa.Column("id", sa.Integer, primary_key=True))
