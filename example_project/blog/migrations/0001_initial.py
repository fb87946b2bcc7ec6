"""Create posts and the notes on them.

Lesson 2: an app may build on another. The foreign keys to accounts_users are the reason for the dependency below, which
makemigrations finds by itself; the order of a run follows from it.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = ["accounts.0001_initial"]

up = [
    ops.CreateTable(
        "blog_posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime,
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["accounts_users.id"],
            name="fk_blog_posts_author_id_accounts_users",
            ondelete="CASCADE",
        ),
    ),
    ops.CreateTable(
        "blog_notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("post_id", sa.Integer, nullable=False),
        sa.Column("author_id", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["accounts_users.id"],
            name="fk_blog_notes_author_id_accounts_users",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["blog_posts.id"],
            name="fk_blog_notes_post_id_blog_posts",
            ondelete="CASCADE",
        ),
        sa.Index("ix_blog_notes_post_id", "post_id"),
    ),
]

down = [
    ops.DropTable("blog_notes"),
    ops.DropTable("blog_posts"),
]
