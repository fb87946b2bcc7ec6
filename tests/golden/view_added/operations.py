"""Create view popular."""

from minimig import ops

dependencies = []

up = [
    ops.CreateView(
        "popular",
        """
        SELECT posts.id
        FROM posts
        WHERE posts.views > 100
        """,
    ),
]

down = [
    ops.DropView("popular"),
]
