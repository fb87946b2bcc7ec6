"""Add column users.phone, drop column users.fax."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddColumn("users", sa.Column("phone", sa.String(40))),
    ops.DropColumn("users", "fax"),
]

down = [
    ops.AddColumn("users", sa.Column("fax", sa.String(40))),
    ops.DropColumn("users", "phone"),
]
