import sqlalchemy as sa

metadata = sa.MetaData()
STATE = sa.Enum("draft", "live", name="state", native_enum=False)
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", STATE))
