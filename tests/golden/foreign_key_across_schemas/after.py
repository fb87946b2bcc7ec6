"""A foreign key points to a table in another schema.

Alembic: detects (A-AUT-16)
SQLite: a schema is a file of its own there, and none was attached
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="people")
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.Integer, sa.ForeignKey("people.users.id", name="fk_posts_author")),
)
not_tried = {"mariadb": "a schema is a database of its own there"}
