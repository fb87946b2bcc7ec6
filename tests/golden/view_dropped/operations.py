"""Drop view popular."""

from minimig import ops

dependencies = []

up = [
    ops.DropView("popular"),
]

down = [
    ops.CreateView(
        "popular",
        """
        SELECT posts.id
        FROM posts
        WHERE posts.views > 100
        """,
    ),
]
