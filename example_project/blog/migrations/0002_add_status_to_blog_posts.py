"""Tell drafts from published posts.

Lesson 5: a NOT NULL column on a table that has rows needs a value for them. `fill` gives it once and leaves no default
behind. The CHECK names the allowed values, which is easier to change later than an enum type.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = ["blog.0001_initial"]

up = [
    ops.AddColumn(
        "blog_posts",
        sa.Column("status", sa.String(12), nullable=False),
        fill="'published'",
    ),
    ops.AddConstraint(
        "blog_posts",
        sa.CheckConstraint(
            "status IN ('draft', 'published')",
            name="ck_blog_posts_status",
        ),
    ),
]

down = [
    ops.DropConstraint("ck_blog_posts_status", "blog_posts"),
    ops.DropColumn("blog_posts", "status"),
]
