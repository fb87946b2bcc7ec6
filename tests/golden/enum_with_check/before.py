import sqlalchemy as sa

metadata = sa.MetaData()
STATE = sa.Enum("draft", "live", name="ck_state", native_enum=False, create_constraint=True, length=20)
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", STATE))
