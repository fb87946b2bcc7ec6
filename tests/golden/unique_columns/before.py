import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "tags",
    metadata,
    sa.Column("word", sa.String(20)),
    sa.Column("language", sa.String(2)),
    sa.UniqueConstraint("word", name="uq_tags"),
)
