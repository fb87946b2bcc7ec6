import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "places",
    metadata,
    sa.Column("x", sa.Integer, unique=True),
    sa.Column("y", sa.Integer),
    sa.UniqueConstraint("x", "y", name="uq_places"),
)
sa.Table(
    "trees",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("x", sa.Integer),
    sa.Column("y", sa.Integer),
    sa.ForeignKeyConstraint(["x"], ["places.x"], name="fk_trees_place"),
)
