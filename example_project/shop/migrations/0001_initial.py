"""Open a small shop.

Lesson 9: a primary key over two columns, each of them a foreign key: a product stands once in an order. Tables are
created in the order in which they point to each other, and dropped in the opposite one.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = ["accounts.0001_initial"]

up = [
    ops.CreateTable(
        "shop_products",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sku", sa.String(20), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("price", sa.Numeric(10, 2), nullable=False),
        sa.UniqueConstraint("sku", name="uq_shop_products_sku"),
        sa.CheckConstraint("price >= 0", name="ck_shop_products_price"),
    ),
    ops.CreateTable(
        "shop_orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.Integer, nullable=False),
        sa.Column(
            "placed_at",
            sa.DateTime,
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["accounts_users.id"],
            name="fk_shop_orders_customer_id_accounts_users",
        ),
        sa.Index("ix_shop_orders_customer_id", "customer_id"),
    ),
    ops.CreateTable(
        "shop_order_lines",
        sa.Column("order_id", sa.Integer, primary_key=True),
        sa.Column("product_id", sa.Integer, primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["shop_orders.id"],
            name="fk_shop_order_lines_order_id_shop_orders",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["shop_products.id"],
            name="fk_shop_order_lines_product_id_shop_products",
        ),
        sa.CheckConstraint("quantity > 0", name="ck_shop_order_lines_quantity"),
    ),
]

down = [
    ops.DropTable("shop_order_lines"),
    ops.DropTable("shop_orders"),
    ops.DropTable("shop_products"),
]
