import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
posts = sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.Integer))
objects.view(metadata, "popular", sa.select(posts.c.id).where(posts.c.views > 100))
