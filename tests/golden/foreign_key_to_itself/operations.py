"""Add column pages.parent_id, add foreign key fk_pages_parent on pages."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddColumn("pages", sa.Column("parent_id", sa.Integer)),
    ops.AddConstraint(
        "pages",
        sa.ForeignKeyConstraint(["parent_id"], ["pages.id"], name="fk_pages_parent"),
    ),
]

down = [
    ops.DropConstraint("fk_pages_parent", "pages"),
    ops.DropColumn("pages", "parent_id"),
]
