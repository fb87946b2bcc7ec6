import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True))
objects.custom(
    metadata,
    "policy",
    "own_posts",
    create={"postgresql": "CREATE POLICY own_posts ON posts USING (id > 0)"},
    drop={"postgresql": "DROP POLICY own_posts ON posts"},
)
