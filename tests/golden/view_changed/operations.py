"""Replace view popular."""

from minimig import ops

dependencies = []

up = [
    ops.ReplaceView(
        "popular",
        """
        SELECT posts.id, posts.views
        FROM posts
        WHERE posts.views > 200
        """,
    ),
]

down = [
    ops.ReplaceView(
        "popular",
        """
        SELECT posts.id
        FROM posts
        WHERE posts.views > 100
        """,
    ),
]
