import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("live", sa.Boolean, nullable=False, server_default=sa.false()),
)
