import sqlalchemy as sa

metadata = sa.MetaData(naming_convention={"uq": "unique_%(table_name)s_%(column_0_name)s"})
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80)))
