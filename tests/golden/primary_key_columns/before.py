import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "tags",
    metadata,
    sa.Column("word", sa.String(20), primary_key=True),
    sa.Column("language", sa.String(2), nullable=False),
)
