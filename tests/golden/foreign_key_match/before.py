import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("places", metadata, sa.Column("x", sa.Integer, primary_key=True), sa.Column("y", sa.Integer, primary_key=True))
sa.Table(
    "trees",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("x", sa.Integer),
    sa.Column("y", sa.Integer),
    sa.ForeignKeyConstraint(["x", "y"], ["places.x", "places.y"], name="fk_trees_place"),
)
