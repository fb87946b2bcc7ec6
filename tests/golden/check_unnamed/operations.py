"""Drop constraint ck_items_price_89b8 from items."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("ck_items_price_89b8", "items"),
]

down = [
    ops.AddConstraint(
        "items",
        sa.CheckConstraint("price > 0", name="ck_items_price_89b8"),
    ),
]
