"""Notes are comments now.

Lesson 7: a table is renamed with its rows. Names of constraints and indexes that spoke of the old table follow, so that
the models, which name them after the new one, agree with the database to the letter.
"""

from minimig import ops

dependencies = ["blog.0003_index_posts_by_status"]

up = [
    ops.RenameTable("blog_notes", "blog_comments"),
    ops.RenameConstraint(
        "fk_blog_notes_post_id_blog_posts",
        "fk_blog_comments_post_id_blog_posts",
        "blog_comments",
    ),
    ops.RenameConstraint(
        "fk_blog_notes_author_id_accounts_users",
        "fk_blog_comments_author_id_accounts_users",
        "blog_comments",
    ),
    ops.RenameIndex(
        "ix_blog_notes_post_id",
        "ix_blog_comments_post_id",
        "blog_comments",
    ),
]

down = [
    ops.RenameIndex(
        "ix_blog_comments_post_id",
        "ix_blog_notes_post_id",
        "blog_comments",
    ),
    ops.RenameConstraint(
        "fk_blog_comments_author_id_accounts_users",
        "fk_blog_notes_author_id_accounts_users",
        "blog_comments",
    ),
    ops.RenameConstraint(
        "fk_blog_comments_post_id_blog_posts",
        "fk_blog_notes_post_id_blog_posts",
        "blog_comments",
    ),
    ops.RenameTable("blog_comments", "blog_notes"),
]
