import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
EMAIL = postgresql.DOMAIN("email", sa.String(80))
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", EMAIL))
