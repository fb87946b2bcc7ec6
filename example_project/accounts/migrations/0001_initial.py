"""Create the users.

Lesson 1: a revision file is data. `up` leads from the state before to the state after, `down` leads back, and every
constraint has a name, because only what has a name can be dropped later on every database.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateTable(
        "accounts_users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column(
            "joined_at",
            sa.DateTime,
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.UniqueConstraint("email", name="uq_accounts_users_email"),
    ),
]

down = [
    ops.DropTable("accounts_users"),
]
