"""Let a user pin one post.

Lesson 3: a foreign-key knot. Posts point to users since blog.0001, and now users point to posts. Neither table could be
created first with both keys in it, so the second key comes in a revision of its own. The apps depend on each other; the
revisions do not, and that is all the graph asks for.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = ["accounts.0001_initial", "blog.0001_initial"]

up = [
    ops.AddColumn("accounts_users", sa.Column("pinned_post_id", sa.Integer)),
    ops.AddConstraint(
        "accounts_users",
        sa.ForeignKeyConstraint(
            ["pinned_post_id"],
            ["blog_posts.id"],
            name="fk_accounts_users_pinned_post_id_blog_posts",
            ondelete="SET NULL",
        ),
    ),
]

down = [
    ops.DropConstraint("fk_accounts_users_pinned_post_id_blog_posts", "accounts_users"),
    ops.DropColumn("accounts_users", "pinned_post_id"),
]
