"""Give every post a unique slug, made from its title.

Lesson 8: a data step. SQL alone cannot make slugs, so the column starts nullable, Python fills it, and the rules
tighten. `tables` are the tables as they are at this point: the step keeps working when the models have moved on.
"""

import re

import sqlalchemy as sa

from minimig import ops

dependencies = ["blog.0004_rename_blog_notes_to_blog_comments"]


def fill_slugs(conn, tables):
    """Write `my-first-post-7` for post 7; its number makes the slug unique."""
    posts = tables.blog_posts
    for post in conn.execute(sa.select(posts.c.id, posts.c.title)).all():
        words = "-".join(re.findall("[a-z0-9]+", post.title.lower()))
        slug = f"{words[:60]}-{post.id}".lstrip("-")
        conn.execute(sa.update(posts).where(posts.c.id == post.id).values(slug=slug))


up = [
    ops.AddColumn("blog_posts", sa.Column("slug", sa.String(80))),
    ops.RunPython(fill_slugs, reverse=ops.NOOP),
    ops.AlterColumn("blog_posts", "slug", nullable=False),
    ops.AddConstraint(
        "blog_posts",
        sa.UniqueConstraint("slug", name="uq_blog_posts_slug"),
    ),
]

down = [
    ops.DropConstraint("uq_blog_posts_slug", "blog_posts"),
    ops.AlterColumn("blog_posts", "slug", nullable=True),
    ops.RunPython(ops.NOOP, reverse=fill_slugs),
    ops.DropColumn("blog_posts", "slug"),
]
