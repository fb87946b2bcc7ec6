import sqlalchemy as sa

metadata = sa.MetaData()
TITLE = sa.String(80).with_variant(sa.String(90), "sqlite")
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", TITLE))
