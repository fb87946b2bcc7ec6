import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("tags", metadata, sa.Column("word", sa.String(20)), sa.PrimaryKeyConstraint("word"))
