"""Drop table logs."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropTable("logs"),
]

down = [
    ops.CreateTable(
        "logs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("line", sa.String(80)),
        sa.Index("ix_logs_line", "line"),
    ),
]
