"""Drop table books, drop table authors."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropTable("books"),
    ops.DropTable("authors"),
]

down = [
    ops.CreateTable(
        "authors",
        sa.Column("id", sa.Integer, primary_key=True),
    ),
    ops.CreateTable(
        "books",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name="fk_books_author"),
    ),
]
