"""Drop sequence order_numbers."""

from minimig import ops

dependencies = []

up = [
    ops.DropSequence("order_numbers"),
]

down = [
    ops.CreateSequence("order_numbers"),
]
