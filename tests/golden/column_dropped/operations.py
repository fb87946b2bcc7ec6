"""Drop index ix_users_fax on users, drop column users.fax."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_users_fax", "users"),
    ops.DropColumn("users", "fax"),
]

down = [
    ops.AddColumn("users", sa.Column("fax", sa.String(80))),
    ops.CreateIndex("ix_users_fax", "users", ["fax"]),
]
