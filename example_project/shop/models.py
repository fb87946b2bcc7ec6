"""Tables of the app `shop`."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from database import Base
from sqlalchemy.orm import Mapped, mapped_column


class Product(Base):
    """Something for sale."""

    __tablename__ = "shop_products"
    __table_args__ = (sa.CheckConstraint("price >= 0", name="ck_shop_products_price"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    price: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))
    stock: Mapped[int] = mapped_column(server_default=sa.text("0"))


class Order(Base):
    """What one customer buys at once."""

    __tablename__ = "shop_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_users.id"), index=True)
    placed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    paid_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(sa.String(200))


class OrderLine(Base):
    """How many of one product. A product stands at most once in an order: the two keys are the primary key."""

    __tablename__ = "shop_order_lines"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="ck_shop_order_lines_quantity"),)

    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_orders.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_products.id"), primary_key=True)
    quantity: Mapped[int]
