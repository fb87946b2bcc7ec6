import sqlalchemy as sa

metadata = sa.MetaData()
posts = sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.Integer))
sa.Index("ix_posts_views", posts.c.views.desc())
