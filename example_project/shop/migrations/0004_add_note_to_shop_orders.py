"""Let customers leave a note, and make room for a longer one.

Lesson 12, to be continued: two operations that one could stand for. A later lesson squashes this history, and they fold
into a single AddColumn with the wider type.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = ["shop.0003_merge_paid_at_and_stock"]

up = [
    ops.AddColumn("shop_orders", sa.Column("note", sa.String(80))),
    ops.AlterColumn("shop_orders", "note", type=sa.String(200)),
]

down = [
    ops.AlterColumn("shop_orders", "note", type=sa.String(80)),
    ops.DropColumn("shop_orders", "note"),
]
