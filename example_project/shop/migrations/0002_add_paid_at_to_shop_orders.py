"""Remember when an order was paid.

Lesson 10: a branch. Two people wrote this revision and 0002_add_stock_to_shop_products on the same day, from the same
parent. While both are heads of `shop`, `minimig migrate` stops and says so: nobody has said yet that they fit.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = ["shop.0001_initial"]

up = [
    ops.AddColumn("shop_orders", sa.Column("paid_at", sa.DateTime)),
]

down = [
    ops.DropColumn("shop_orders", "paid_at"),
]
