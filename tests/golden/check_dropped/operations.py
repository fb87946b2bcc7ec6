"""Drop constraint ck_items_price from items."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("ck_items_price", "items"),
]

down = [
    ops.AddConstraint("items", sa.CheckConstraint("price > 0", name="ck_items_price")),
]
