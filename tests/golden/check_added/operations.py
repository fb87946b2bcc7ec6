"""Add check ck_items_price on items."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddConstraint("items", sa.CheckConstraint("price > 0", name="ck_items_price")),
]

down = [
    ops.DropConstraint("ck_items_price", "items"),
]
