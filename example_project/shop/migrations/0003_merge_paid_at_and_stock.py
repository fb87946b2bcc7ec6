"""Join the two sides of the branch.

Lesson 11: `minimig makemigrations shop --merge` wrote this. A merge changes nothing in the database; it only says that
both sides belong to one history, so that there is one head again to build on.
"""

dependencies = [
    "shop.0002_add_paid_at_to_shop_orders",
    "shop.0002_add_stock_to_shop_products",
]

up = []

down = []
