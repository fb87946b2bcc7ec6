"""Drop constraint ck_items_price from items, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("ck_items_price", "items"),
    ops.AddConstraint(
        "items",
        sa.CheckConstraint("price BETWEEN 1 AND 100", name="ck_items_price"),
    ),
]

down = [
    ops.DropConstraint("ck_items_price", "items"),
    ops.AddConstraint("items", sa.CheckConstraint("price > 0", name="ck_items_price")),
]
