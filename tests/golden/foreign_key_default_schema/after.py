"""The models call the default schema by its name, which is no change.

Alembic: drops and adds the key again and again (A-AUT-30, A-PAIN-10)
SQLite: a schema is a file of its own there, and none was attached
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="public")
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.Integer, sa.ForeignKey("public.users.id", name="fk_posts_author")),
    schema="public",
)
not_tried = {"mariadb": "a schema is a database of its own there"}
