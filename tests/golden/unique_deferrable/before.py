import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "lines",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("place", sa.Integer),
    sa.UniqueConstraint("place", name="uq_lines"),
)
