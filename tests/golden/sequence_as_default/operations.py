"""Create sequence order_numbers, alter column orders.number."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateSequence("order_numbers"),
    ops.AlterColumn(
        "orders",
        "number",
        server_default=sa.Sequence("order_numbers").next_value(),
    ),
]

down = [
    ops.AlterColumn("orders", "number", server_default=None),
    ops.DropSequence("order_numbers"),
]
