"""Replace view popular."""

from minimig import ops

dependencies = []

up = [
    ops.ReplaceView(
        "popular",
        {"postgresql": "SELECT id FROM posts WHERE views > 200"},
        materialized=True,
    ),
]

down = [
    ops.ReplaceView(
        "popular",
        {"postgresql": "SELECT id FROM posts WHERE views > 100"},
        materialized=True,
    ),
]
