"""Drop primary key of logs."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropPrimaryKey("logs"),
]

down = [
    ops.AddConstraint("logs", sa.PrimaryKeyConstraint("line")),
]
