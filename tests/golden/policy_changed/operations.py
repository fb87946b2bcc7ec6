"""Replace policy own_posts."""

from minimig import ops

dependencies = []

up = [
    ops.ReplaceCustom(
        "own_posts",
        {"postgresql": "CREATE POLICY own_posts ON posts USING (id > 1)"},
        sort="policy",
        drop={"postgresql": "DROP POLICY own_posts ON posts"},
    ),
]

down = [
    ops.ReplaceCustom(
        "own_posts",
        {"postgresql": "CREATE POLICY own_posts ON posts USING (id > 0)"},
        sort="policy",
        drop={"postgresql": "DROP POLICY own_posts ON posts"},
    ),
]
