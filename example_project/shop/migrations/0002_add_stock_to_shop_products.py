"""Count what is in stock.

Lesson 10, the other side of the branch. A server default answers for the rows that exist and for those to come, so a
NOT NULL column needs no `fill` here.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = ["shop.0001_initial"]

up = [
    ops.AddColumn(
        "shop_products",
        sa.Column("stock", sa.Integer, nullable=False, server_default=sa.text("0")),
    ),
]

down = [
    ops.DropColumn("shop_products", "stock"),
]
