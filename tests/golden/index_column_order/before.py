import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("first", sa.String(40)),
    sa.Column("last", sa.String(40)),
    sa.Index("ix_users", "first", "last"),
)
