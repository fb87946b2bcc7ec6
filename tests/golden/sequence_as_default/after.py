"""A column draws its numbers from a sequence.

Alembic: does not create the sequence (A-AUT-27)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
NUMBERS = sa.Sequence("order_numbers")
sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, server_default=NUMBERS.next_value()),
)
