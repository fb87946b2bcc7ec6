"""Alter sequence order_numbers."""

from minimig import ops

dependencies = []

up = [
    ops.AlterSequence("order_numbers", increment=10),
]

down = [
    ops.AlterSequence("order_numbers", increment=None),
]
