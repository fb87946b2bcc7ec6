"""Create sequence order_numbers."""

from minimig import ops

dependencies = []

up = [
    ops.CreateSequence("order_numbers", start=1000),
]

down = [
    ops.DropSequence("order_numbers"),
]
