import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("words", metadata, sa.Column("word", sa.String(30), primary_key=True), sa.Column("count", sa.Integer))
