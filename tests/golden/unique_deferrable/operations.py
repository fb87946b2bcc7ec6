"""Drop constraint uq_lines from lines, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("uq_lines", "lines"),
    ops.AddConstraint(
        "lines",
        sa.UniqueConstraint(
            "place",
            name="uq_lines",
            deferrable=True,
            initially="DEFERRED",
        ),
    ),
]

down = [
    ops.DropConstraint("uq_lines", "lines"),
    ops.AddConstraint("lines", sa.UniqueConstraint("place", name="uq_lines")),
]
