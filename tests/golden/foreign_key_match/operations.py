"""Drop constraint fk_trees_place from trees, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("fk_trees_place", "trees"),
    ops.AddConstraint(
        "trees",
        sa.ForeignKeyConstraint(
            ["x", "y"],
            ["places.x", "places.y"],
            name="fk_trees_place",
            match="FULL",
        ),
    ),
]

down = [
    ops.DropConstraint("fk_trees_place", "trees"),
    ops.AddConstraint(
        "trees",
        sa.ForeignKeyConstraint(
            ["x", "y"],
            ["places.x", "places.y"],
            name="fk_trees_place",
        ),
    ),
]
