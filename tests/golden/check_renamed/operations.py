"""Rename constraint ck_price on items to ck_items_price."""

from minimig import ops

dependencies = []

up = [
    ops.RenameConstraint("ck_price", "ck_items_price", "items"),
]

down = [
    ops.RenameConstraint("ck_items_price", "ck_price", "items"),
]
